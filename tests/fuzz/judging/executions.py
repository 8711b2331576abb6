"""What runs a compiled program: a row for every target and order that its answer must not depend on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from ptodsl import driver
from ptodsl.compiled import Compiled
from ptodsl.ir.nodes import Program
from ptodsl.runtime.checked_launch import CheckedLaunch, Checking
from ptodsl.runtime.targets import CHECKED, TARGETS


@dataclass(frozen=True)
class Execution:
    """One way to run a library: its target, and the order of what may be in any order.

    `order` is that of ready tasks (0: earliest first), `schedule` that of pipes, which only the checked library has.
    """

    name: str
    target: str = "cpu"
    order: int = 0
    schedule: str = "program"

    def prepare(self, compiled: Compiled) -> Compiled:
        """The library, so that its next launch is this one."""
        if isinstance(compiled.launch, CheckedLaunch):
            compiled.launch.follow(self.schedule)
        else:
            compiled.launch.shuffle(self.order)
        return compiled


EXECUTIONS: tuple[Execution, ...] = (
    Execution("library"),
    Execution("library, tasks shuffled by 1", order=1),
    Execution("library, tasks shuffled by 2", order=2),
    *(
        Execution(f"checked library, {schedule}", "checked", schedule=schedule)
        for schedule in ("program", "lazy", "eager", "random:1", "random:2")
    ),
)
"""All that placed programs run in, each against the interpreter; those of one target stand together. A finding of the
checked library, however slight, is a difference."""


def quickly_built(target: str) -> str:
    """The target that stands in for one, its compiler's time being all that a small program takes.

    A clang that does not optimise builds a checked library in a third of the time. What users run is built as they do.
    """
    clang = next((name for name in CHECKED.compilers if name.startswith("clang") and shutil.which(name)), "")
    if target != CHECKED.name or not clang:
        return target
    flags = (*(flag for flag in CHECKED.flags if not flag.startswith("-O")), "-O0")
    row = replace(CHECKED, name=f"{target}, quickly built", compilers=(clang,), flags=flags)
    TARGETS[row.name] = row
    return row.name


def built(placed: Program, arch: str) -> Iterator[Compiled]:
    """The program for each execution in turn, fresh buffers poisoned; a target is built once.

    The program is one that the verifiers have judged.
    """
    for target, rows in groupby(EXECUTIONS, lambda one: one.target):
        checking = Checking(strict=target == "checked")
        compiled = driver.compile_placed(placed, arch, quickly_built(target), checking=checking, poison=True)
        for row in rows:
            yield row.prepare(compiled)
