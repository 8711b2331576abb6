"""What is mutated: every kernel of the suite on both architectures, and random ones that `insert_sync` orders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ptodsl import pipeline
from ptodsl.ir.cores import core_of
from ptodsl.ir.nodes import Function, FunctionKind, Program
from ptodsl.ir.parser import parse
from ptodsl.machine import ARCHITECTURES, Architecture
from ptodsl.passes.insert_sync import InsertSync
from tests.mutate.editing import Mutant
from tests.mutate.placement_mutants import shifts, shrunk_temporaries, swapped_arguments, swapped_outputs
from tests.mutate.sync_mutants import sync_mutants
from tests.random_kernels import random_kernel
from tests.st.suite import Entry
from tests.st.test_mutations import ENTRIES

Run = list[Any]
"""Arguments in the order of the parameters."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A placed and ordered program, and arguments to run it on. A generated one is ordered only, on random places."""

    name: str
    arch: str
    placed: Program
    runs: Sequence[Run]
    is_generated: bool = False

    @property
    def architecture(self) -> Architecture:
        """What it is placed for."""
        return ARCHITECTURES[self.arch]

    @cached_property
    def kernels(self) -> tuple[Function, ...]:
        """Its kernels."""
        return tuple(one for one in self.placed.functions if one.kind is FunctionKind.KERNEL)

    def class_of(self, function: str) -> str:
        """The row of the table that a kernel's mutants are counted in."""
        kernel = self.placed.function(function)
        if kernel.kind is not FunctionKind.KERNEL:
            return "orchestration"
        return f"{'generated ' if self.is_generated else ''}{core_of(kernel, self.architecture).value}"

    def mutants(self) -> Iterator[Mutant]:
        """Every mutant of its kernels and of its orchestration."""
        for kernel in self.kernels:
            yield from sync_mutants(self.placed, kernel)
            if not self.is_generated:
                yield from shifts(self.placed, kernel, self.architecture)
                yield from shrunk_temporaries(self.placed, kernel)
                yield from swapped_outputs(self.placed, kernel)
        if not self.is_generated:
            yield from swapped_arguments(self.placed)


def suite_subjects(entries: Sequence[Entry] = tuple(ENTRIES.values())) -> Iterator[Subject]:
    """The programs of the suite, each once for every architecture, with the arguments of all entries that it is of."""
    alike: dict[str, list[Entry]] = {}
    for entry in entries:
        alike.setdefault(str(entry.program()), []).append(entry)
    for first, *others in alike.values():
        runs = [_plain(entry.arguments(seed=3 + number)) for number, entry in enumerate((first, *others))]
        for arch, architecture in ARCHITECTURES.items():
            yield Subject(first.name, arch, pipeline.place(first.program(), architecture), runs)


def _plain(arguments: Run) -> Run:
    """Arguments with scalars as Python's numbers."""
    return [value.item() if np.ndim(value) == 0 else value for value in arguments]


def random_subjects(count: int) -> Iterator[Subject]:
    """Random kernels of random tiles, ordered: so many of each core for each architecture."""
    for arch, architecture in ARCHITECTURES.items():
        for seed in range(count):
            for cube in (False, True):
                text = random_kernel(seed, cube=cube, left=architecture.left_layout.value, moving=seed % 2 == 1)
                ordered = InsertSync().run(parse(text + _entry(text)), architecture)
                yield Subject(f"random_{seed}{'_cube' if cube else ''}", arch, ordered, _random_runs(seed), True)


def _entry(text: str) -> str:
    """An orchestration that runs a random kernel once."""
    parameters = text[text.index("(") + 1 : text.index(") {")]
    arguments = ", ".join(re.findall(r"%\w+", parameters))
    return f"\norchestration @main({parameters}) {{\n  call @random({arguments})\n  return\n}}\n"


def _random_runs(seed: int) -> list[Run]:
    """Both ways through the branches of a random kernel."""
    numbers = np.random.default_rng(seed)
    dtypes = (np.float32,) * 3 + (np.float16,) * 2
    tensors = [numbers.random((256, 64), np.float32).astype(dtype) for dtype in dtypes]
    return [[*tensors, 16 * number, number == 1] for number in (0, 1)]
