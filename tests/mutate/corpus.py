"""What is mutated: every kernel of the suite on both architectures, and random ones that `insert_sync` orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

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
from tests.st.suite import SUITE, Entry
from tests.st.test_mutations import ENTRIES


@dataclass(frozen=True)
class Subject:
    """A placed and ordered program; `entry` says how it is run, None where it is never run."""

    name: str
    arch: str
    placed: Program
    entry: Entry | None

    @property
    def architecture(self) -> Architecture:
        """What it is placed for."""
        return ARCHITECTURES[self.arch]

    @cached_property
    def kernels(self) -> tuple[Function, ...]:
        """Its kernels."""
        return tuple(one for one in self.placed.functions if one.kind is FunctionKind.KERNEL)

    @cached_property
    def runs(self) -> list[list[Any]]:
        """Random arguments, of every entry of the suite that is this program with other fixed ones."""
        assert self.entry is not None
        text = str(self.entry.program())
        alike = [one for one in ENTRIES.values() if one is self.entry or str(one.program()) == text]
        return [one.arguments(seed=3 + number) for number, one in enumerate(alike)]

    def class_of(self, function: str) -> str:
        """The row of the table that a kernel's mutants are counted in."""
        kernel = self.placed.function(function)
        if kernel.kind is not FunctionKind.KERNEL:
            return "orchestration"
        return f"{'generated ' if self.entry is None else ''}{core_of(kernel, self.architecture).value}"

    def mutants(self) -> Iterator[Mutant]:
        """Every mutant of its kernels and of its orchestration. Random kernels are ordered, not placed, by passes."""
        for kernel in self.kernels:
            yield from sync_mutants(self.placed, kernel)
            if self.entry is not None:
                yield from shifts(self.placed, kernel, self.architecture)
                yield from shrunk_temporaries(self.placed, kernel)
                yield from swapped_outputs(self.placed, kernel)
        if self.entry is not None:
            yield from swapped_arguments(self.placed)


def suite_subjects(entries: tuple[Entry, ...] = tuple(ENTRIES.values())) -> Iterator[Subject]:
    """The programs of the suite, each once for every architecture."""
    different = {str(entry.program()): entry for entry in reversed(entries)}
    for entry in reversed(different.values()):
        for arch, architecture in ARCHITECTURES.items():
            yield Subject(entry.name, arch, pipeline.place(entry.program(), architecture), entry)


def random_subjects(count: int) -> Iterator[Subject]:
    """Random kernels on random places, ordered: so many of each core for each architecture."""
    for arch, architecture in ARCHITECTURES.items():
        for seed in range(count):
            for cube in (False, True):
                text = random_kernel(seed, cube=cube, left=architecture.left_layout.value, moving=seed % 2 == 1)
                ordered = InsertSync().run(parse(text), architecture)
                yield Subject(f"random_{seed}{'_cube' if cube else ''}", arch, ordered, None)


__all__ = ["SUITE", "Subject", "random_subjects", "suite_subjects"]
