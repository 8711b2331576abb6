"""The ops whose legal form depends on more than the layouts of their row: transfers, conversions, windows, reshapes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import assert_never

from ptodsl.errors import Diagnostic
from ptodsl.errors.memory import ReshapeRefused
from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import Op, Statement, Value
from ptodsl.ir.tiles import tile_type
from ptodsl.ir.types import TileType
from ptodsl.ops.row import Legal
from ptodsl.ops.table import row_of
from ptodsl.passes.conversions import steps
from ptodsl.passes.layouts import formed, is_column, is_packed, turned
from ptodsl.passes.slices import extract_mistake, view_offset
from ptodsl.passes.windows import move_mistake, window_mistake

if TYPE_CHECKING:
    from ptodsl.passes.legalize import Legalizer


def _tiles(op: Op) -> tuple[TileType, TileType]:
    """The types of the first operand and of the result."""
    return tile_type(op.operands[0][0]), tile_type(op.result)


def legal_form(legalizer: Legalizer, op: Op) -> list[Statement]:
    """What stands in the place of an op, by the rule that its row names."""
    rule = row_of(op).legal
    match rule:
        case Legal.ROW:
            return _plain(legalizer, op)
        case Legal.WINDOW:
            return _window(legalizer, op)
        case Legal.CONVERSION:
            return _cast(legalizer, op)
        case Legal.TRANSPOSE:
            return _transpose(legalizer, op)
        case Legal.RESHAPE:
            return _reshape(legalizer, op)
        case Legal.SLICE:
            return _slice(legalizer, op)
        case Legal.EXTRACT:
            return _extract(legalizer, op)
        case _:
            assert_never(rule)


def _plain(legalizer: Legalizer, op: Op) -> list[Statement]:
    """An op as its row has it; a move keeps the physical shape."""
    statements = legalizer.plain(op)
    for statement in statements:
        assert isinstance(statement, Op)
        legalizer.note(move_mistake(statement))
    return statements


def _window(legalizer: Legalizer, op: Op) -> list[Statement]:
    """A transfer from or to a tensor."""
    legalizer.note(window_mistake(op, legalizer.passed))
    return legalizer.plain(op)


def _cast(legalizer: Legalizer, op: Op) -> list[Statement]:
    """A conversion, through exact ones where the architecture has no direct one; none between equal dtypes."""
    target, (source, _) = op.attributes["dtype"], _tiles(op)
    assert isinstance(target, DType)
    if source.dtype is target:
        legalizer.rewriter.replace(op.result, op.operands[0][0])
        return []
    path = steps(source.dtype, target, legalizer.architecture) or (target,)
    statements: list[Statement] = []
    for dtype in path[:-1]:
        type_ = TileType(source.shape, dtype, source.valid, source.memory)
        between = Value(f"{op.result.name}_{dtype.name}", type_, op.span)
        statements += legalizer.plain(Op(op.name, op.operands, {"dtype": dtype}, (between,), op.span))
        op = replace(op, operands=((legalizer.rewriter.operand(between),),))
    return statements + legalizer.plain(op)


def _transpose(legalizer: Legalizer, op: Op) -> list[Statement]:
    """A transpose; that of a row or column moves nothing."""
    source, _ = _tiles(op)
    if 1 not in source.shape:
        return legalizer.plain(op)
    return _reshape(legalizer, Op("reshape", op.operands[:1], {"shape": turned(source.shape)}, op.results, op.span))


def _reshape(legalizer: Legalizer, op: Op) -> list[Statement]:
    """A reshape: between row and column another form of the same tile, elsewhere a view of packed bytes."""
    operand, (source, target) = op.operands[0][0], _tiles(op)
    assert isinstance(operand, Value)
    if source.shape == target.shape:
        legalizer.rewriter.replace(op.result, operand)
        return []
    if source.shape == turned(target.shape) and is_column(source):
        legalizer.rewriter.replace(op.result, legalizer.columns.as_row(operand, op.span))
        return []
    if source.shape == turned(target.shape) and is_column(target):
        legalizer.columns.stand_for(legalizer.formed(op.result), operand)
        return []
    return [_packed(legalizer, op, source)]


def _packed(legalizer: Legalizer, op: Op, source: TileType) -> Statement:
    """A reshape of a tile without gaps, a column in its row form, into another tile without gaps."""
    operand = legalizer.columns.as_row(op.operands[0][0], op.span)
    viewed = replace(op, operands=((operand,),), results=(legalizer.formed(op.result),))
    padded = [type_ for type_ in _tiles(viewed) if not is_packed(type_)]
    if padded:
        legalizer.note(_reshape_refused(op, source, padded[0]))
    return viewed


def _slice(legalizer: Legalizer, op: Op) -> list[Statement]:
    """A window of a tile, as a view where it can be one."""
    source, result = _tiles(op)
    if view_offset(source, formed(result, legalizer.architecture), op.operands[1]) is None:
        return _extract(legalizer, replace(op, name="extract"))
    return legalizer.plain(op)


def _extract(legalizer: Legalizer, op: Op) -> list[Statement]:
    """A copied window; that of a column is one of its row form."""
    source, window = _tiles(op)
    if is_column(source):
        op, window = _turned_window(op), legalizer.columns.row_type(window)
    operand, offsets = legalizer.columns.as_row(op.operands[0][0], op.span), op.operands[1]
    legalizer.note(extract_mistake(op, source, window, offsets, legalizer.multiples))
    return [legalizer.finished(replace(op, operands=((operand,), *op.operands[1:])))]


def _turned_window(op: Op) -> Op:
    """An extract with its window turned: sizes, offsets and valid extents exchanged."""
    sizes = op.attributes["sizes"]
    assert isinstance(sizes, tuple)
    source, offsets, valid = op.operands
    attributes = {**op.attributes, "sizes": sizes[::-1]}
    return replace(op, operands=(source, offsets[::-1], valid[::-1]), attributes=attributes)


def _reshape_refused(op: Op, source: TileType, padded: TileType) -> Diagnostic:
    _, target = _tiles(op)
    return ReshapeRefused(
        op.span,
        source=list(source.shape),
        target=list(target.shape),
        columns=padded.shape[1],
        dtype=padded.dtype,
    )
