"""What runs a compiled program: a row for every target and order that its answer must not depend on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ptodsl import driver
from ptodsl.compiled import Compiled
from ptodsl.ir.nodes import Program


@dataclass(frozen=True)
class Execution:
    """One way to run a library: how it is built, and the order in which ready tasks run (0: earliest first)."""

    name: str
    target: str = "cpu"
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    """What else `compile_placed` is told."""
    order: int = 0

    def compiled(self, placed: Program, arch: str) -> Compiled:
        """The program built so, fresh buffers poisoned."""
        compiled = driver.compile_placed(placed, arch, self.target, poison=True, **self.options)
        compiled.launch.shuffle(self.order)
        return compiled


EXECUTIONS: tuple[Execution, ...] = (
    Execution("library"),
    Execution("library, tasks shuffled by 1", order=1),
    Execution("library, tasks shuffled by 2", order=2),
)
"""All that every placed program runs in, each against the interpreter."""
