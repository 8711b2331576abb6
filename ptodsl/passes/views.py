"""Where in the bytes that it is a view of each tile starts."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptodsl.errors import InternalError
from ptodsl.ir.nodes import Function, Op, Value
from ptodsl.ir.rewrite import values_of
from ptodsl.ir.tiles import is_tile, tile_type
from ptodsl.ops.table import row_of
from ptodsl.passes.joins import JoinKind, joins
from ptodsl.passes.slices import view_offset


@dataclass
class Views:
    """The tiles of one kernel, each with the first byte that it has in the tile it is a view of."""

    offset: dict[Value, int] = field(default_factory=dict[Value, int])

    @classmethod
    def of(cls, function: Function) -> Views:
        """The views of a kernel whose tiles have physical shapes."""
        views = cls({value: 0 for value in values_of(function) if is_tile(value)})
        for join in joins(function.body):
            if join.kind is JoinKind.VIEW:
                assert isinstance(join.at, Op)
                views.offset[join.target] = views.offset[join.source] + _start(join.at, join.source)
        return views


def _start(op: Op, source: Value) -> int:
    """The byte of its source at which the result of a view starts: that of its offsets where it has any."""
    row = row_of(op)
    offsets = [group for operand, group in zip(row.operands, op.operands, strict=True) if operand.name == "offsets"]
    if not offsets:
        return 0
    start = view_offset(tile_type(source), tile_type(op.result), offsets[0])
    if start is None:
        raise InternalError(f"`{op.name}` at line {op.span.line} is no view; legalize should have copied it")
    return start
