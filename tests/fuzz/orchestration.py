"""A random orchestration while it is written: its lines, its parameters, and what tasks have made."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ptodsl.ir.dtypes import INT64, DType
from tests.fuzz.facts import Tensor
from tests.fuzz.sources import Argument


@dataclass
class Orchestration:
    """Its lines and what they know."""

    random: Random
    lines: list[str] = field(default_factory=list[str])
    arguments: list[Argument] = field(default_factory=list[Argument])
    made: list[Tensor] = field(default_factory=list[Tensor])
    """Tensors of the orchestration that are wholly written."""
    results: list[Tensor] = field(default_factory=list[Tensor])
    """Tensors that the program may return as its own."""
    fresh: list[Tensor] = field(default_factory=list[Tensor])
    """Outputs that calls left out."""
    written: set[Argument] = field(default_factory=set[Argument])
    """Arguments that tasks write."""
    present: set[Argument] = field(default_factory=set[Argument])
    """Those that the present task writes."""
    indices: list[str] = field(default_factory=list[str])
    """The indices of the loops around the present task."""
    depth: int = 0
    used: set[str] = field(default_factory=set[str])
    """Names that later tasks read."""
    count: int = 0

    def name(self, prefix: str) -> str:
        """A fresh name."""
        self.count += 1
        return f"{prefix}{self.count}"

    def line(self, text: str) -> None:
        """One more line."""
        self.lines.append("    " * self.depth + text)

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self.random.random() < probability

    @contextmanager
    def block(self, opening: str, index: str = "") -> Generator[None]:
        """The lines of a block; what it makes ends with it."""
        self.line(opening)
        made, indices = list(self.made), list(self.indices)
        self.depth += 1
        self.indices += [index] if index else []
        yield
        self.depth -= 1
        self.made, self.indices = made, indices

    def argument(self, shape: tuple[int, ...], dtype: DType, **facts: Any) -> Argument:
        """A new parameter of the program."""
        argument = Argument(f"p{len(self.arguments)}", shape, dtype, len(self.arguments), **facts)
        self.arguments.append(argument)
        return argument

    def number(self) -> str:
        """A parameter from 0 to 3, known at run time only."""
        return self.argument((), INT64, values=(self.random.randint(0, 3),)).name

    def position(self, limit: int) -> int | str:
        """A place in [0, limit]: that of an iteration where there is one."""
        if not self.indices:
            return self.random.randint(0, limit)
        index = self.random.choice(self.indices)
        return self.random.choice((f"pl.min({index}, {limit})", f"{index} % {limit + 1}"))
