"""Tiles among the operands of statements, and their types."""

from __future__ import annotations

from typing import TypeGuard

from ptodsl.ir.nodes import Operand, Value
from ptodsl.ir.types import TileType


def tile_of(operand: Operand) -> TileType | None:
    """The type of a tile; None for any other operand."""
    return operand.type if isinstance(operand, Value) and isinstance(operand.type, TileType) else None


def is_tile(operand: Operand) -> TypeGuard[Value]:
    """Whether an operand is a tile."""
    return isinstance(operand, Value) and isinstance(operand.type, TileType)


def tile_type(tile: Operand) -> TileType:
    """The type of an operand that is a tile."""
    assert isinstance(tile, Value)
    assert isinstance(tile.type, TileType)
    return tile.type
