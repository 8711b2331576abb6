"""What a random kernel has at hand while it is written: tiles, numbers and tensors, with what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from ptodsl.ir.dtypes import DType

Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Extent:
    """A valid extent: its text, and what its value is at least."""

    text: str
    least: int

    @property
    def is_known(self) -> bool:
        """Whether it is a literal, so that the type holds it."""
        return self.text.isdigit()


def whole(shape: tuple[int, int]) -> tuple[Extent, Extent]:
    """The valid shape of a tile that is valid everywhere."""
    return Extent(str(shape[0]), shape[0]), Extent(str(shape[1]), shape[1])


@dataclass(frozen=True)
class Tile:
    """A tile under a name. `rough`: an op before it may differ by some units in the last place between executions."""

    name: str
    shape: tuple[int, int]
    dtype: DType
    valid: tuple[Extent, Extent]
    rough: bool = False

    @property
    def form(self) -> tuple[object, ...]:
        """What another tile must share to stand beside this one in arithmetic."""
        return self.shape, self.dtype, tuple(extent.text for extent in self.valid)

    @property
    def kind(self) -> tuple[object, ...]:
        """What another tile must share to take this one's place."""
        return *self.form, self.rough

    @property
    def is_whole(self) -> bool:
        """Whether it is known to be valid everywhere."""
        return self.valid == whole(self.shape)

    def like(self, **changes: object) -> Tile:
        """A tile as this one but for some fields, without a name."""
        return replace(self, name="", **changes)  # type: ignore[arg-type]  # the fields' own types


@dataclass(frozen=True)
class Integer:
    """An integer that never changes where it is visible, and the values it takes."""

    text: str
    least: int
    most: int


@dataclass(frozen=True)
class Scalar:
    """A scalar parameter and the value that the program passes."""

    name: str
    dtype: DType
    value: int | float


@dataclass(frozen=True)
class Tensor:
    """A tensor parameter. `covered`: every element is stored; `rough` as for tiles.

    `whole`: its elements are small whole numbers, and must be where it is an operand of products.
    """

    name: str
    shape: Shape
    dtype: DType
    covered: bool = False
    rough: bool = False
    whole: bool = False

    @property
    def annotation(self) -> str:
        """Its type as programs write it."""
        return f"pl.Tensor[[{', '.join(map(str, self.shape))}], pl.{self.dtype}]"
