"""A random kernel while it is written: what its statements have at hand, and what is visible where."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ptodsl.ir.dtypes import BOOL, FP32, INDEX, INT32, INT64, DType
from ptodsl.machine import Architecture
from tests.fuzz.writing.facts import Extent, Integer, Scalar, Shape, Tensor, Tile
from tests.fuzz.writing.lines import Lines

REASSIGNED = 0.3
"""How often a result goes to a name that exists."""


@dataclass
class Body(Lines):
    """A kernel being written for an architecture.

    `wanted` are tensors of others that its inputs may be; `is_large` says that its tiles are so large that few fit.
    """

    architecture: Architecture
    wanted: Sequence[Tensor] = ()
    is_large: bool = False

    def __post_init__(self) -> None:
        self.inputs: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self.scalars: list[Scalar] = []
        self.tiles: list[Tile] = []
        """The visible ones; those of the present block begin at `start`."""
        self.start = 0
        self.integers: list[Integer] = []
        self.counters: list[str] = []
        """Integers that statements change; never negative."""
        self.numbers: list[str] = []
        """FP32 numbers that statements change."""
        for dtype, limit in ((INT64, 9), (INT32, 4), (INDEX, 40)):
            self.parameter(dtype, self.random.randint(1, limit))
        self.trips = self.parameter(INT64, self.random.choice((0, 1, 2, 3)))
        for _ in range(2):
            self.parameter(BOOL, self.random.randint(0, 1))
        self.parameter(FP32, self.random.choice((0.5, -1.25, 3.0)))

    def parameter(self, dtype: DType, value: int | float) -> Scalar:
        """A new scalar parameter."""
        scalar = Scalar(self.name("n"), dtype, value)
        self.scalars.append(scalar)
        if dtype.is_integer:
            self.integers.append(Integer(scalar.name, int(value), int(value)))
        return scalar

    @property
    def last_trip(self) -> int:
        """The index of the last iteration of a loop that goes round as often as `trips` says; 0 where it has none."""
        return max(0, int(self.trips.value) - 1)

    @contextmanager
    def block(self, opening: str) -> Generator[None]:
        """The lines of an indented block; the names that it makes end with it."""
        tiles, start, integers = list(self.tiles), self.start, list(self.integers)
        counters, numbers = list(self.counters), list(self.numbers)
        self.start = len(tiles)
        with super().block(opening):
            yield
        self.tiles, self.start, self.integers = tiles, start, integers
        self.counters, self.numbers = counters, numbers

    def define(self, text: str, tile: Tile) -> Tile:
        """`tile` is what the expression gives: under a new name, or one of a tile of that kind."""
        named = [other for other in self.tiles if other.kind == tile.kind]
        if named and self.chance(REASSIGNED):
            name = self.random.choice(named).name
            self.line(f"{name} = {text}")
            return replace(tile, name=name)
        made = replace(tile, name=self.name("t"))
        self.line(f"{made.name} = {text}")
        self.tiles.append(made)
        return made

    def pick(self, *, shape: Shape | None = None, dtype: DType | None = None, exact: bool = False) -> Tile | None:
        """A visible tile, most often a recent one."""
        fitting = [
            tile
            for tile in self.tiles
            if shape in (None, tile.shape) and dtype in (None, tile.dtype) and not (exact and tile.rough)
        ]
        return self.random.choice(fitting[-5:] if self.chance(0.7) else fitting) if fitting else None

    def partner(self, tile: Tile) -> Tile:
        """A tile that may stand beside this one in arithmetic: itself where there is no other."""
        return self.random.choice([other for other in self.tiles if other.form == tile.form])

    def input(self, shape: Shape, dtype: DType, *, rough: bool = False, whole: bool = False) -> Tensor:
        """An input of that type: a new parameter or one that is there."""
        fitting = [one for one in self.inputs if (one.shape, one.dtype, one.rough) == (shape, dtype, rough)]
        if fitting and self.chance(0.5):
            return self.random.choice(fitting)
        tensor = Tensor(self.name("a"), shape, dtype, rough=rough, whole=whole)
        self.inputs.append(tensor)
        return tensor

    def output(self, tensor: Tensor) -> Tensor:
        """A new output parameter like this one."""
        made = replace(tensor, name=self.name("o"))
        self.outputs.append(made)
        return made

    def offset(self, limit: int) -> str:
        """An integer expression whose value is in [0, limit], whatever path is taken."""
        found = self.random.choice(self.integers)
        if self.counters and self.chance(0.2):
            return f"pl.min({self.random.choice(self.counters)}, {limit})"
        texts = [
            str(self.random.randint(0, limit)),
            "0",
            f"pl.min({found.text}, {limit})",
            f"{found.text} % {limit + 1}",
        ]
        if limit and found.most:
            step = self.random.randint(0, max(1, limit // found.most))
            if step * found.most <= limit:
                texts += 3 * [f"{found.text} * {step}"]
        if found.most <= limit:
            texts += 3 * [found.text, f"{limit} - {found.text}"]
        return self.random.choice(texts)

    def extent(self, size: int, least: int | None = None) -> Extent:
        """A valid extent in [1, min(size, least)]."""
        limit = size if least is None else min(size, least)
        found = self.random.choice(self.integers)
        choices = [Extent(str(size), size)] if limit == size else []
        if found.least >= 1 and found.most <= limit:
            choices += 3 * [Extent(found.text, found.least)]
        if found.most < limit:
            choices += 3 * [Extent(f"{found.text} + 1", found.least + 1)]
        if not choices or self.chance(0.3):
            value = self.random.randint(1, limit)
            choices.append(Extent(str(value), value))
        return self.random.choice(choices)

    def number(self) -> str:
        """An FP32 scalar."""
        given = next(scalar.name for scalar in self.scalars if scalar.dtype is FP32)
        return self.random.choice([given, *self.numbers])

    def _agree(self, left: str, right: str) -> bool:
        """Whether two integers may be compared: of one dtype, or INDEX (as loop indices are) with any."""
        dtypes = {scalar.name: scalar.dtype for scalar in self.scalars}
        pair = {dtypes.get(left, INDEX), dtypes.get(right, INDEX)}
        return len(pair) == 1 or INDEX in pair

    def condition(self) -> str:
        """A condition on scalars, known only at run time."""
        flag, other = (self.random.choice([s.name for s in self.scalars if s.dtype is BOOL]) for _ in range(2))
        left = self.random.choice(self.integers).text
        right = self.random.choice([one.text for one in self.integers if self._agree(left, one.text)])
        number = self.random.randint(0, 4)
        return self.random.choice(
            (
                flag,
                f"not {flag}",
                f"{flag} and {left} > {number}",
                f"{flag} or not {other}",
                f"{left} < {right}",
                f"{left} % 2 == {number % 2}",
                f"0 <= {left} <= {number}",
                f"{left} != {number} and ({other} or {right} >= {number})",
                left,
            )
        )
