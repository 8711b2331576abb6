"""Task graphs whose dependencies are dropped one by one, and the order that brute force demands of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from ptodsl import pipeline
from ptodsl.codegen.emitter import emit_program
from ptodsl.interpreter import POISON
from ptodsl.interpreter.values import Tensor
from ptodsl.ir.nodes import Program
from ptodsl.machine import A2A3
from ptodsl.runtime.results import Provider
from ptodsl.signature import signature_of
from ptodsl.version import VERSION
from tests.mutate.judges import Arrays, fresh, same
from tests.mutate.task_edges import Edge, Forgetful, Recorder, ancestors, conflicts, forgetful
from tests.st.suite import Entry
from tests.unit.test_task_programs import N, Scans


@dataclass(frozen=True)
class Graph:
    """A program of tasks: fresh arguments for it, and the pairs of tasks that must be in order, by brute force."""

    name: str
    program: Forgetful
    arguments: Callable[[], list[Any]]
    demanded: frozenset[Edge]

    @cached_property
    def wanted(self) -> Arrays:
        """What one task after the other leaves."""
        return self._left(0)

    def edges(self, seeds: Sequence[int]) -> list[Edge]:
        """The dependencies that the graph finds in some of these orders."""
        values = self.arguments()
        values += Provider(self.program.launch.signature).fresh(values)
        return sorted(self.program.edges([value.ctypes.data for value in values], seeds))

    def misses(self, edges: Collection[Edge]) -> bool:
        """Whether some pair that must be in order is not, with these dependencies alone."""
        before = ancestors(edges)
        return any(earlier not in before.get(later, ()) for earlier, later in self.demanded)

    def differs(self, edge: Edge, seeds: Sequence[int]) -> bool:
        """Whether without a dependency one of these orders leaves something else."""
        wanted = self.wanted
        self.program.ignore(edge)
        try:
            return any(not same(self._left(seed), wanted) for seed in seeds)
        finally:
            self.program.ignore(None)

    def _left(self, seed: int) -> Arrays:
        """The results of a run in an order, then its arguments."""
        self.program.launch.shuffle(seed)
        values = self.arguments()
        returned: Any = self.program.launch.run(values, {}, poison=True)
        results: list[Any] = [] if returned is None else [*returned] if isinstance(returned, tuple) else [returned]
        return [*results, *values]


SCANS = Entry("scans", lambda: Scans, {"order": np.random.default_rng(0).permutation(N)})
"""Tasks on moving windows, with a choice of tensors."""


def graphs(entries: Sequence[Entry], folder: Path) -> Iterator[Graph]:
    """The programs that have more than one task."""
    for entry in entries:
        program = entry.program()
        arguments = entry.arguments()
        tasks = _tasks(program, fresh(arguments))
        if len(tasks) > 1:
            placed = pipeline.place(program, A2A3)
            text = emit_program(placed, A2A3, VERSION).text
            home = folder / entry.name
            home.mkdir()
            compiled = forgetful(text, signature_of(program), (), A2A3.name, home)
            yield Graph(entry.name, compiled, partial(fresh, arguments), frozenset(conflicts(tasks)))


def _tasks(program: Program, arguments: list[Any]) -> list[Any]:
    recorder = Recorder(program, None, POISON)
    recorder.function(program.entry, tuple(_bound(argument) for argument in arguments))
    return recorder.uses


def _bound(argument: Any) -> Any:
    """An argument as the interpreter has it."""
    return Tensor(argument, np.ones(np.shape(argument), np.bool_)) if np.ndim(argument) else argument
