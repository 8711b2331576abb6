"""The two forms of a column [N, 1]: stored by columns, as transfers and row reductions have it, and as a row [1, N].

Both are the same bytes, so going from one to the other is a reshape that no pipe executes. Elementwise instructions
work on rows only; what they make of a column stays a row until something asks for the column.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ptodsl.ir.hardware import Layout
from ptodsl.ir.nodes import Op, Operand, Value
from ptodsl.ir.rewrite import Rewriter
from ptodsl.ir.span import Span
from ptodsl.ir.tiles import tile_of
from ptodsl.ir.types import TileType
from ptodsl.machine import Architecture
from ptodsl.passes.layouts import formed, is_column, turned


@dataclass
class Columns:
    """Turns columns into rows and back, once a block; reshapes are added to `before`, which the caller empties."""

    architecture: Architecture
    rewriter: Rewriter
    before: list[Op] = field(default_factory=list[Op])
    _rows: dict[Value, Value] = field(default_factory=dict[Value, Value])

    def row_type(self, column: TileType) -> TileType:
        """The type of a column's row form."""
        unformed = replace(column, shape=turned(column.shape), valid=column.valid[::-1], physical=None)
        return formed(unformed, self.architecture, Layout.ND)

    def stand_for(self, column: Value, row: Value) -> Value:
        """Lets a column exist as its row form only, until `as_column` is asked for it; gives the column."""
        self._rows[column] = row
        return column

    def as_row(self, operand: Operand, span: Span) -> Operand:
        """A tile as rows: a column in its row form, any other tile as it is."""
        type_ = tile_of(operand)
        if type_ is None or not is_column(type_) or type_.layout is Layout.ND:
            return operand
        assert isinstance(operand, Value)
        known = self._rows.get(operand) or self.rewriter.recall((operand, Layout.ND))
        return known or self._reshape(operand, self.row_type(type_), span)

    def as_column(self, operand: Operand, span: Span) -> Operand:
        """A tile that is really there: a column that stood for its row form is made from it."""
        row = self._rows.get(operand) if isinstance(operand, Value) else None
        if row is None:
            return operand
        assert isinstance(operand, Value)
        known = self.rewriter.recall((operand, Layout.DN))
        if known is not None:
            return known
        type_ = tile_of(operand)
        assert type_ is not None
        column = self._reshape(row, type_, span, operand)
        self.rewriter.remember((column, Layout.ND), row)
        return column

    def _reshape(self, source: Value, type_: TileType, span: Span, key: Value | None = None) -> Value:
        """A reshape added before the statement, known to the rest of the block under `key`."""
        key = key or source
        suffix = "row" if type_.layout is Layout.ND else "column"
        result = Value(f"{key.name}_{suffix}", type_, span)
        self.before.append(Op("reshape", ((source,),), {"shape": type_.shape}, (result,), span))
        self.rewriter.remember((key, type_.layout), result)
        return result
