"""What random tiles are: their shapes, dtypes and constants, and which ops an architecture has for them."""

from __future__ import annotations

from random import Random

from ptodsl.ir.dtypes import BF16, FP16, FP32, INT8, INT16, INT32, UINT8, DType
from ptodsl.ops.table import ROWS
from ptodsl.passes.vector_unit import dtypes_of
from tests.fuzz.writing.body import Body
from tests.fuzz.writing.facts import Tile

ROWS_OF_TILES = (1, 1, 2, 3, 5, 7, 8, 9, 16, 17, 33)
COLUMNS_OF_TILES = (1, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 40, 64, 65, 100)
LARGE = ((32, 200), (50, 256), (64, 320), (64, 128), (128, 128), (128, 64), (1, 4096), (16, 512), (7, 1000), (100, 99))
DTYPES = (*4 * (FP32,), *3 * (FP16,), *3 * (INT32,), BF16, BF16, INT16, INT8, UINT8)
FLOATS = ("0.5", "-1.5", "2.0", "0.1", "-3", "1", "0.0", "1e-3")
INTEGERS = ("1", "-1", "3", "7", "0", "2")


def takes(body: Body, row: str, dtype: DType) -> bool:
    """Whether the architecture has a row for a dtype."""
    return dtype in dtypes_of(ROWS[row], body.architecture)


def granule(tile: Tile) -> int:
    """The elements of a tile in 32 bytes."""
    return 32 // tile.dtype.size


def random_shape(body: Body) -> tuple[int, int]:
    """The shape of a new tile, often one that a tile has."""
    if body.tiles and body.chance(0.5):
        return body.random.choice(body.tiles).shape
    if body.is_large:
        return body.random.choice(LARGE)
    return body.random.choice(ROWS_OF_TILES), body.random.choice(COLUMNS_OF_TILES)


def literal(random: Random, dtype: DType, *, zero: bool = True) -> str:
    """A constant that a dtype holds."""
    words = FLOATS if dtype.is_float else INTEGERS
    least = float("-inf") if dtype.is_float else dtype.range[0]
    return random.choice([word for word in words if (zero or float(word)) and float(word) >= least])
