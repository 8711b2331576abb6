"""Creation: generated from the op table by `python -m ptodsl.language.generate`."""

from __future__ import annotations

from ptodsl.ir.dtypes import DType
from ptodsl.language.enums import MemorySpace
from ptodsl.language.outside import outside
from ptodsl.language.types import Number, Shape, Tile


def create_tile(shape: Shape, dtype: DType, target_memory: MemorySpace | None = None) -> Tile:
    """A tile whose contents are undefined.

    example: `t = pl.create_tile([16, 64], pl.FP32)`
    """
    outside("create_tile")


def full(shape: Shape, dtype: DType, value: Number) -> Tile:
    """A tile with one value everywhere.

    example: `z = pl.full([16, 64], pl.FP32, 0.0)`
    """
    outside("full")
