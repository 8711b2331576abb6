"""What values are while a program is interpreted: arrays with a mask of the elements that are defined."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import prod
from typing import Any, TypeAlias

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from ptodsl.ir.dtypes import FP32, DType, Kind

Array: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]
Extents: TypeAlias = tuple[int, int]

Scalar: TypeAlias = bool | int | float
"""A number that its dtype holds exactly; scalars are always defined."""


@cache
def numpy_dtype(dtype: DType) -> np.dtype[Any]:
    """The numpy dtype of an element type; BF16 is that of ml_dtypes."""
    return np.dtype(getattr(ml_dtypes, dtype.numpy, dtype.numpy))


def compute_dtype(dtype: DType) -> np.dtype[Any]:
    """The numpy dtype that arithmetic happens in: FP32 for every float, its own for anything else."""
    return numpy_dtype(FP32 if dtype.is_float else dtype)


def all_along(mask: Mask, axis: int) -> Mask:
    """Whether all along an axis holds; the axis is gone."""
    every: Mask = np.logical_and.reduce(mask, axis=axis)
    return every


def represent(value: Scalar, dtype: DType) -> Scalar:
    """A number as a dtype holds it: integers wrap, floats round to nearest even."""
    match dtype.kind:
        case Kind.BOOL:
            return bool(value)
        case Kind.FLOAT:
            return float(np.float32(value).astype(numpy_dtype(dtype)))
        case Kind.INT | Kind.UINT | Kind.INDEX:
            least, _ = dtype.range
            return (int(value) - least) % (1 << dtype.bits) + least


def poisoned(shape: tuple[int, ...], dtype: DType, poison: int) -> Array:
    """Elements that nobody has written: every byte is the poison."""
    kind = numpy_dtype(dtype)
    return np.full(prod(shape) * kind.itemsize, poison, np.uint8).view(kind).reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """The valid part of a tile, which is all of it that has meaning, and which of its elements are defined."""

    data: Array
    defined: Mask

    @property
    def valid(self) -> Extents:
        """The valid shape."""
        rows, columns = self.data.shape
        return rows, columns

    @property
    def turned(self) -> Tile:
        """Rows as columns."""
        return Tile(np.transpose(self.data), np.transpose(self.defined))

    def reshaped(self, shape: Extents) -> Tile:
        """The same elements in the same order under another shape."""
        return Tile(self.data.reshape(shape), self.defined.reshape(shape))


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A handle to a buffer, or to a window of it: both arrays share the buffer's memory."""

    data: Array
    defined: Mask

    def at(self, index: tuple[Any, ...]) -> Tensor:
        """The window that a tuple of slices gives."""
        return Tensor(self.data[index], self.defined[index])


def defined_tile(data: Array) -> Tile:
    """A tile all of whose elements are defined."""
    return Tile(data, np.ones(data.shape, np.bool_))


def undefined_tile(shape: Extents, dtype: DType, poison: int) -> Tile:
    """A tile none of whose elements is defined."""
    return Tile(poisoned(shape, dtype, poison), np.zeros(shape, np.bool_))


def undefined_tensor(shape: tuple[int, ...], dtype: DType, poison: int) -> Tensor:
    """A fresh buffer."""
    return Tensor(poisoned(shape, dtype, poison), np.zeros(shape, np.bool_))


@dataclass(frozen=True, slots=True)
class Placed:
    """A tile of placed IR: its elements are bytes of a memory, where its type says; only its valid shape is its own."""

    valid: Extents


Datum: TypeAlias = Tile | Tensor | bool | int | float
"""What an op is applied to, and gives."""

Binding: TypeAlias = Datum | Placed
"""What stands for an IR value."""
