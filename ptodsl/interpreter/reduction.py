"""Reductions of rows and columns, in the order that every execution has.

A row: element i goes to lane i mod 16, lanes start from the neutral element; then lane k takes lane k + 8, k + 4, k + 2
and k + 1. A column: from its first row on, row by row. Floats in FP32, rounded once; integers wrap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ptodsl.interpreter.application import Application, Kernel
from ptodsl.interpreter.elementwise import Function, maximum, minimum
from ptodsl.interpreter.values import Array, Scalar, Tile, all_along, compute_dtype, numpy_dtype
from ptodsl.ir.dtypes import DType

LANES = 16


Neutral: TypeAlias = Callable[[DType], Scalar]
"""The element of a dtype that a reduction starts from."""


def zero(_: DType) -> Scalar:
    """Plus zero."""
    return 0


def smallest(dtype: DType) -> Scalar:
    """The least value: -inf of a float."""
    return -np.inf if dtype.is_float else dtype.range[0]


def largest(dtype: DType) -> Scalar:
    """The greatest value: inf of a float."""
    return np.inf if dtype.is_float else dtype.range[1]


def reduce_rows(data: Array, function: Function, neutral: Scalar) -> Array:
    """[R, C] to [R, 1], through 16 lanes."""
    rows, columns = data.shape
    blocks = -(-columns // LANES)
    padded = np.full((rows, blocks * LANES), neutral, data.dtype)
    padded[:, :columns] = data
    lanes = np.full((rows, LANES), neutral, data.dtype)
    for block in range(blocks):
        lanes = function(lanes, padded[:, block * LANES : (block + 1) * LANES])
    while lanes.shape[1] > 1:
        half = lanes.shape[1] // 2
        lanes = function(lanes[:, :half], lanes[:, half:])
    return lanes


def reduce_columns(data: Array, function: Function) -> Array:
    """[R, C] to [1, C], row by row."""
    total = data[:1]
    for row in range(1, len(data)):
        total = function(total, data[row : row + 1])
    return total


def _row_reduction(function: Function, neutral: Neutral) -> Kernel:
    def kernel(application: Application) -> Tile:
        source, dtype = application.tile("source"), application.result_dtype
        total = reduce_rows(source.data.astype(compute_dtype(dtype)), function, neutral(dtype))
        return Tile(total.astype(numpy_dtype(dtype)), all_along(source.defined, 1)[:, np.newaxis])

    return kernel


def _column_reduction(function: Function) -> Kernel:
    def kernel(application: Application) -> Tile:
        source, dtype = application.tile("source"), application.result_dtype
        total = reduce_columns(source.data.astype(compute_dtype(dtype)), function)
        return Tile(total.astype(numpy_dtype(dtype)), all_along(source.defined, 0)[np.newaxis])

    return kernel


KERNELS: dict[str, Kernel] = {
    "row_sum": _row_reduction(np.add, zero),
    "row_max": _row_reduction(maximum, smallest),
    "row_min": _row_reduction(minimum, largest),
    "col_sum": _column_reduction(np.add),
    "col_max": _column_reduction(maximum),
    "col_min": _column_reduction(minimum),
}
