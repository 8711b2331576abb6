"""The bytes of its memory that instructions on a tile may touch."""

from __future__ import annotations

from ptodsl.ir.hardware import Layout
from ptodsl.ir.types import TileType

BLOCK = 32
"""Bytes that transfers move at least: a row, or a column of a DN tile, is read and written rounded up to it."""
FRACTAL = 16
"""Rows and columns that the matrix unit and the fixpipe round up to."""


def round_up(number: int, multiple: int) -> int:
    """The smallest multiple that is not less."""
    return -(-number // multiple) * multiple


def footprint(tile: TileType) -> int:
    """How many bytes from its offset on a tile may touch: all of it, each row as the hardware moves it."""
    assert tile.physical is not None
    rows, columns = tile.physical
    size = tile.dtype.size
    match tile.layout:
        case Layout.ND:
            return rows * round_up(columns * size, BLOCK)
        case Layout.DN:
            return columns * round_up(rows * size, BLOCK)
        case _:
            return round_up(rows, FRACTAL) * round_up(columns, FRACTAL) * size


def is_placed(tile: TileType) -> bool:
    """Whether it is known where the tile lies, and how."""
    return None not in (tile.memory, tile.physical, tile.layout, tile.offset)


def span_of(tile: TileType) -> range:
    """The bytes of its memory that a placed tile takes."""
    assert tile.offset is not None
    return range(tile.offset, tile.offset + footprint(tile))
