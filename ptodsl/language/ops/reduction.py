"""Reductions: generated from the op table by `python -m ptodsl.language.generate`."""

from __future__ import annotations

from ptodsl.language.outside import outside
from ptodsl.language.types import Tile


def row_sum(source: Tile, tmp_tile: Tile | None = None) -> Tile:
    """The sum of each row, as a column.

    dtypes: FP16, FP32, INT16, INT32
    `tmp_tile`: a temporary of the source's shape; its contents are lost; provided where left out
    numerics: element i into lane i mod 16, lanes k and k + 8, 4, 2, 1; 16-bit floats in FP32, rounded once
    example: `m = pl.row_sum(x)`
    """
    outside("row_sum")


def row_max(source: Tile, tmp_tile: Tile | None = None) -> Tile:
    """The largest element of each row, as a column.

    dtypes: FP16, FP32, INT16, INT32
    `tmp_tile`: a temporary of the source's shape; its contents are lost; provided where left out
    numerics: element i into lane i mod 16, lanes k and k + 8, 4, 2, 1; 16-bit floats in FP32, rounded once
    example: `m = pl.row_max(x)`
    """
    outside("row_max")


def row_min(source: Tile, tmp_tile: Tile | None = None) -> Tile:
    """The smallest element of each row, as a column.

    dtypes: FP16, FP32, INT16, INT32
    `tmp_tile`: a temporary of the source's shape; its contents are lost; provided where left out
    numerics: element i into lane i mod 16, lanes k and k + 8, 4, 2, 1; 16-bit floats in FP32, rounded once
    example: `m = pl.row_min(x)`
    """
    outside("row_min")


def col_sum(source: Tile) -> Tile:
    """The sum of each column, as a row.

    dtypes: FP16, FP32, INT16, INT32
    numerics: row by row; 16-bit floats in FP32, rounded once
    example: `m = pl.col_sum(x)`
    """
    outside("col_sum")


def col_max(source: Tile) -> Tile:
    """The largest element of each column, as a row.

    dtypes: FP16, FP32, INT16, INT32
    numerics: row by row; 16-bit floats in FP32, rounded once
    example: `m = pl.col_max(x)`
    """
    outside("col_max")


def col_min(source: Tile) -> Tile:
    """The smallest element of each column, as a row.

    dtypes: FP16, FP32, INT16, INT32
    numerics: row by row; 16-bit floats in FP32, rounded once
    example: `m = pl.col_min(x)`
    """
    outside("col_min")
