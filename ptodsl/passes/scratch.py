"""The temporaries that instructions need: their types, and whether one that the user gave is large enough."""

from __future__ import annotations

from dataclasses import replace

from typing_extensions import assert_never

from ptodsl.ir.hardware import Layout
from ptodsl.ir.types import Shape2D, TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import ScratchShape
from ptodsl.passes.layouts import formed, rounded_up

BLOCKS_LIMIT = 8192
"""Bytes of the largest row-block temporary; beyond, the instruction works in chunks. Source: TROWEXPAND* with a
temporary in the public header library 9.1.0."""


def scratch_type(shape: ScratchShape, source: TileType, architecture: Architecture) -> TileType:
    """The type of the temporary for an op whose first operand is `source`, as rows."""
    logical = _shape(shape, source)
    unformed = replace(source, shape=logical, valid=logical, physical=None, offset=None)
    return formed(unformed, architecture, Layout.ND)


def _shape(shape: ScratchShape, source: TileType) -> Shape2D:
    rows, columns = source.shape
    match shape:
        case ScratchShape.LIKE_SOURCE:
            return source.shape
        case ScratchShape.TURNED_BLOCKS:
            block = 32 // source.dtype.size
            return (rounded_up(columns, block), rounded_up(rows, max(16, block)))
        case ScratchShape.ROW_BLOCKS:
            return (1, min(BLOCKS_LIMIT, rounded_up(rows, 8) * 32) // source.dtype.size)
        case _:
            assert_never(shape)
