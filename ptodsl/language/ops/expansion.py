"""Expansion arithmetic: generated from the op table by `python -m ptodsl.language.generate`."""

from __future__ import annotations

from ptodsl.language.outside import outside
from ptodsl.language.types import Tile


def row_expand_add(source: Tile, vector: Tile) -> Tile:
    """Each element plus that of its row in a column.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.row_expand_add(x, column)`
    """
    outside("row_expand_add")


def row_expand_sub(source: Tile, vector: Tile) -> Tile:
    """Each element minus that of its row in a column.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.row_expand_sub(x, column)`
    """
    outside("row_expand_sub")


def row_expand_mul(source: Tile, vector: Tile) -> Tile:
    """Each element times that of its row in a column.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.row_expand_mul(x, column)`
    """
    outside("row_expand_mul")


def row_expand_div(source: Tile, vector: Tile) -> Tile:
    """Each element divided by that of its row in a column.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.row_expand_div(x, column)`
    """
    outside("row_expand_div")


def row_expand_max(source: Tile, vector: Tile) -> Tile:
    """Each element or the larger that of its row in a column.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.row_expand_max(x, column)`
    """
    outside("row_expand_max")


def row_expand_min(source: Tile, vector: Tile) -> Tile:
    """Each element or the smaller that of its row in a column.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.row_expand_min(x, column)`
    """
    outside("row_expand_min")


def col_expand_add(source: Tile, vector: Tile) -> Tile:
    """Each element plus that of its column in a row.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.col_expand_add(x, row)`
    """
    outside("col_expand_add")


def col_expand_sub(source: Tile, vector: Tile) -> Tile:
    """Each element minus that of its column in a row.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.col_expand_sub(x, row)`
    """
    outside("col_expand_sub")


def col_expand_mul(source: Tile, vector: Tile) -> Tile:
    """Each element times that of its column in a row.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.col_expand_mul(x, row)`
    """
    outside("col_expand_mul")


def col_expand_div(source: Tile, vector: Tile) -> Tile:
    """Each element divided by that of its column in a row.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.col_expand_div(x, row)`
    """
    outside("col_expand_div")


def col_expand_max(source: Tile, vector: Tile) -> Tile:
    """Each element or the larger that of its column in a row.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.col_expand_max(x, row)`
    """
    outside("col_expand_max")


def col_expand_min(source: Tile, vector: Tile) -> Tile:
    """Each element or the smaller that of its column in a row.

    dtypes: FP16, FP32, INT16, INT32
    example: `y = pl.col_expand_min(x, row)`
    """
    outside("col_expand_min")
