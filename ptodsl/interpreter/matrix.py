"""Products of tiles: sums in double, rounded once, so that the result is the nearest the dtype has."""

from __future__ import annotations

import numpy as np

from ptodsl.errors.runtime import ValidShapesDifferNow
from ptodsl.interpreter.application import Application
from ptodsl.interpreter.faults import Fault
from ptodsl.interpreter.values import Array, Mask, Tile, all_along, numpy_dtype
from ptodsl.ir.dtypes import DType


def _product(application: Application) -> tuple[Array, Mask]:
    """The product in double, and which of its elements have only defined factors."""
    left, right = application.tile("left"), application.tile("right")
    if left.valid[1] != right.valid[0]:
        raise Fault(
            ValidShapesDifferNow,
            ("left", "right"),
            op=application.row.label,
            left=list(left.valid),
            right=list(right.valid),
        )
    product = left.data.astype(np.float64) @ right.data.astype(np.float64)
    defined = all_along(left.defined, 1)[:, np.newaxis] & all_along(right.defined, 0)
    return product, defined


def _rounded(total: Array, dtype: DType) -> Array:
    """Doubles in the accumulator's dtype; integers, which are exact here, wrap."""
    if dtype.is_float:
        return total.astype(numpy_dtype(dtype))
    return total.astype(np.int64).astype(numpy_dtype(dtype))


def matmul(application: Application) -> Tile:
    """[M, K] by [K, N]."""
    product, defined = _product(application)
    return Tile(_rounded(product, application.result_dtype), defined)


def matmul_acc(application: Application) -> Tile:
    """An accumulator plus [M, K] by [K, N]."""
    accumulator = application.tile("accumulator")
    product, defined = _product(application)
    if accumulator.valid != product.shape:
        raise Fault(
            ValidShapesDifferNow,
            ("accumulator", "left"),
            op=application.row.label,
            left=list(accumulator.valid),
            right=list(product.shape),
        )
    total = _rounded(accumulator.data.astype(np.float64) + product, application.result_dtype)
    return Tile(total, accumulator.defined & defined)
