"""Matrix: generated from the op table by `python -m ptodsl.language.generate`."""

from __future__ import annotations

from ptodsl.language.outside import outside
from ptodsl.language.types import Tile


def matmul(left: Tile, right: Tile) -> Tile:
    """The product of [M, K] and [K, N]; FP32 accumulates floats, INT32 accumulates INT8.

    dtypes: BF16, FP16, FP32, INT8
    numerics: within 1 ulp; for each term along K: in order, one rounding a step (fma)
    example: `c = pl.matmul(a, b)`
    """
    outside("matmul")


def matmul_acc(accumulator: Tile, left: Tile, right: Tile) -> Tile:
    """An accumulator plus the product of [M, K] and [K, N], in the accumulator's bytes.

    numerics: within 1 ulp; for each term along K: in order, one rounding a step (fma)
    example: `c = pl.matmul_acc(c, a, b)`
    """
    outside("matmul_acc")
