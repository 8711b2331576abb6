"""The types of IR values."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TypeAlias

from ptodsl.ir.dtypes import DType
from ptodsl.ir.hardware import Layout, Memory

Extent: TypeAlias = int | None
"""A valid extent; None where only run time knows it (printed `?`)."""

Shape2D: TypeAlias = tuple[int, int]

LARGEST = (1 << 63) - 1
"""Of extents, of the bytes of a tensor or tile, of offsets: what crosses into C++ is int64."""


def bytes_of(shape: tuple[int, ...], dtype: DType) -> int:
    """Bytes of elements that lie without gaps."""
    return prod(shape) * dtype.size


@dataclass(frozen=True, slots=True)
class ScalarType:
    """One number of a dtype."""

    dtype: DType

    def __str__(self) -> str:
        return self.dtype.name


@dataclass(frozen=True, slots=True)
class TensorType:
    """A dense array in global memory, rank 1 to 5; a value of it is a handle to a buffer."""

    shape: tuple[int, ...]
    dtype: DType

    @property
    def rank(self) -> int:
        """The number of dims."""
        return len(self.shape)

    def __str__(self) -> str:
        return f"tensor<{'x'.join(map(str, self.shape))}x{self.dtype.name}>"


@dataclass(frozen=True, slots=True)
class TileType:
    """A 2-D array on chip. Fields after `dtype` are filled by passes, in this order; None is "not yet".

    `shape` is the logical shape, `physical` what the memory holds, `valid` the part that has meaning.
    """

    shape: Shape2D
    dtype: DType
    valid: tuple[Extent, Extent]
    memory: Memory | None = None
    physical: Shape2D | None = None
    layout: Layout | None = None
    offset: int | None = None

    @property
    def is_column(self) -> bool:
        """Whether the tile is [N, 1]: stored column-major in UB, where a row of one element would waste 32 bytes."""
        return self.shape[1] == 1

    @property
    def nbytes(self) -> int:
        """Bytes that the tile takes in its memory; known after legalize."""
        assert self.physical is not None
        return self.physical[0] * self.physical[1] * self.dtype.size

    def at(self, offset: int) -> TileType:
        """The same type placed at a byte offset."""
        return TileType(self.shape, self.dtype, self.valid, self.memory, self.physical, self.layout, offset)

    def __str__(self) -> str:
        parts = ["x".join(map(str, self.shape)) + f"x{self.dtype.name}"]
        if self.physical is not None and self.physical != self.shape:
            parts[0] += f" in {self.physical[0]}x{self.physical[1]}"
        if self.memory is not None:
            parts.append(self.memory.value)
        if self.layout is not None:
            parts.append(self.layout.value)
        if self.valid != self.shape:
            parts.append("valid " + "x".join("?" if extent is None else str(extent) for extent in self.valid))
        if self.offset is not None:
            parts.append(f"@0x{self.offset:x}")
        return f"tile<{', '.join(parts)}>"


@dataclass(frozen=True, slots=True)
class ErrorType:
    """The result of a statement that broke a rule; it agrees with everything, so one mistake is one error."""

    def __str__(self) -> str:
        return "error"


Type: TypeAlias = ScalarType | TensorType | TileType | ErrorType


def tile(shape: Shape2D, dtype: DType, valid: tuple[Extent, Extent] | None = None) -> TileType:
    """A tile type as the frontend knows it: wholly valid unless said otherwise."""
    return TileType(shape, dtype, shape if valid is None else valid)
