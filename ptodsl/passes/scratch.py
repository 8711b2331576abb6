"""The temporaries that instructions need: their types, and whether one that the user gave will do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from typing_extensions import assert_never

from ptodsl.errors.memory import ScratchShared
from ptodsl.ir.hardware import Layout
from ptodsl.ir.nodes import Function, Op, Operand, Value
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import Shape2D, TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import Effect, ScratchShape
from ptodsl.ops.table import row_of
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


def shared(function: Function) -> Iterator[ScratchShared]:
    """A mistake for each op that is given bytes as its temporary that it also reads."""
    whole: dict[Operand, Operand] = {}
    """The tile that each view is of."""
    for op in (one for one in walk(function.body) if isinstance(one, Op)):
        row = row_of(op)
        if row.view_of:
            source = op.operands[row.operand_index(row.view_of)][0]
            whole[op.result] = whole.get(source, source)
        effects = [operand.effect for operand, group in zip(row.operands, op.operands, strict=True) for _ in group]
        operands = [one for group in op.operands for one in group]
        read = {
            whole.get(one, one): one for one, effect in zip(operands, effects, strict=True) if effect is Effect.READ
        }
        for scratch, effect in zip(operands, effects, strict=True):
            other = read.get(whole.get(scratch, scratch))
            if effect is Effect.SCRATCH and isinstance(scratch, Value) and isinstance(other, Value):
                yield ScratchShared(op.span, op=row.label, name=other.name)
