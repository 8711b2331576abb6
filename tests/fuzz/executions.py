"""What runs a compiled program: a row for every target and order that its answer must not depend on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ptodsl import driver
from ptodsl.compiled import Compiled
from ptodsl.ir.nodes import Program
from ptodsl.runtime.checked_launch import CheckedLaunch, Checking


@dataclass(frozen=True)
class Execution:
    """One way to run a library: its target, and the order of what may be in any order.

    `order` is that of ready tasks (0: earliest first), `schedule` that of pipes, which only the checked library has.
    """

    name: str
    target: str = "cpu"
    order: int = 0
    schedule: str = "program"
    every: int = 1
    """It runs one batch in so many,"""
    most: int | None = None
    """and of that so many programs at most."""

    def prepare(self, compiled: Compiled) -> Compiled:
        """The library, so that its next launch is this one."""
        if isinstance(compiled.launch, CheckedLaunch):
            compiled.launch.follow(self.schedule)
        else:
            compiled.launch.shuffle(self.order)
        return compiled


BATCHES, PROGRAMS = 4, 8
"""One batch in so many also runs checked, with so many of its programs: that library takes long to build."""

EXECUTIONS: tuple[Execution, ...] = (
    Execution("library"),
    Execution("library, tasks shuffled by 1", order=1),
    Execution("library, tasks shuffled by 2", order=2),
    *(
        Execution(f"checked library, {schedule}", "checked", schedule=schedule, every=BATCHES, most=PROGRAMS)
        for schedule in ("program", "lazy", "eager", "random:1", "random:2")
    ),
)
"""All that placed programs run in, each against the interpreter; those of one target stand together. A finding of the
checked library, however slight, is a difference."""


def groups(batch: int) -> Iterator[tuple[Execution, ...]]:
    """The executions of a batch, by its number, those of one target together."""
    for _, rows in groupby(EXECUTIONS, lambda one: one.target):
        group = tuple(row for row in rows if batch % row.every == 0)
        if group:
            yield group


def built(placed: Program, arch: str, executions: tuple[Execution, ...]) -> Iterator[tuple[Execution, Compiled]]:
    """Each execution with the program built for it, fresh buffers poisoned; a target is built once."""
    for target, rows in groupby(executions, lambda one: one.target):
        checking = Checking(strict=target == "checked")
        compiled = driver.compile_placed(placed, arch, target, checking=checking, poison=True)
        for row in rows:
            yield row, row.prepare(compiled)
