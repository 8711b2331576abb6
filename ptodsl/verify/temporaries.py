"""Whether the temporary of an instruction holds all that the instruction puts there."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic
from ptodsl.errors.memory import ScratchTooSmall
from ptodsl.ir.nodes import Op, Operand, Value
from ptodsl.ir.types import TileType
from ptodsl.ops.row import OpRow, ScratchShape
from ptodsl.verify.footprint import footprint, round_up

BLOCK = 32
"""Bytes: what the vector unit moves at once."""
MOST_ROW_BLOCKS = 8192
"""Bytes that instructions with a block for each row use at most: beyond, they work in chunks."""


def temporary_findings(op: Op, row: OpRow) -> Iterator[Diagnostic]:
    """Each temporary of an op that is smaller than what its row says of the first operand."""
    for slot, group in zip(row.operands, op.operands, strict=True):
        if slot.scratch is not None and group:
            needed, given = _needed(slot.scratch, _tile(op.operands[0][0])), footprint(_tile(group[0]))
            if given < needed:
                yield ScratchTooSmall(op.span, op=row.label, needed=needed, given=given)


def _needed(shape: ScratchShape, source: TileType) -> int:
    """The bytes that an instruction writes to its temporary."""
    rows, columns = source.shape
    elements = BLOCK // source.dtype.size
    match shape:
        case ScratchShape.LIKE_SOURCE:
            return rows * round_up(columns, elements) * source.dtype.size
        case ScratchShape.ROW_BLOCKS:
            return min(MOST_ROW_BLOCKS, round_up(rows, 8) * BLOCK)
        case ScratchShape.TURNED_BLOCKS:
            return round_up(columns, elements) * round_up(rows, max(16, elements)) * source.dtype.size
        case _:
            assert_never(shape)


def _tile(operand: Operand) -> TileType:
    assert isinstance(operand, Value)
    assert isinstance(operand.type, TileType)
    return operand.type
