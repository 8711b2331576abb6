"""A random orchestration while it is written: its parameters, and what tasks have made and may use."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ptodsl.ir.dtypes import INT64, DType
from tests.fuzz.sources import Argument
from tests.fuzz.writing.facts import Tensor
from tests.fuzz.writing.lines import Lines


@dataclass
class Orchestration(Lines):
    """The tensors that its lines name, and what is known of them."""

    def __post_init__(self) -> None:
        self.arguments: list[Argument] = []
        self.made: list[Tensor] = []
        """Tensors of the orchestration that are wholly written."""
        self.results: list[Tensor] = []
        """Tensors that the program may return as its own."""
        self.fresh: list[Tensor] = []
        """Outputs that calls left out."""
        self.written: set[Argument] = set()
        """Arguments that tasks write."""
        self.present: set[Argument] = set()
        """Those that the present task writes."""
        self.used: set[str] = set()
        """Names that later tasks read."""
        self.indices: list[str] = []
        """The indices of the loops around the present task."""

    @contextmanager
    def block(self, opening: str) -> Generator[None]:
        """The lines of a block; what it makes ends with it."""
        made, indices = list(self.made), list(self.indices)
        with super().block(opening):
            yield
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
