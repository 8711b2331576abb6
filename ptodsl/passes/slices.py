"""Windows of tiles: as views where their bytes allow, else by the extract instruction."""

from __future__ import annotations

from ptodsl.errors import Diagnostic
from ptodsl.errors.memory import SliceRefused
from ptodsl.ir.hardware import Layout
from ptodsl.ir.nodes import Literal, Op, Operand
from ptodsl.ir.types import TileType
from ptodsl.ops.table import row_of
from ptodsl.passes.layouts import byte_of, is_column
from ptodsl.passes.multiples import Multiples

BLOCK = 32
"""Bytes that addresses of tiles and the columns of an extract are multiples of."""


def view_offset(source: TileType, result: TileType, offsets: tuple[Operand, ...]) -> int | None:
    """The byte of a formed tile at which a window starts that is a view; None for any other window.

    Its bytes are a contiguous part: whole rows, or a part of the only row or column, from a 32-byte boundary.
    """
    if not all(isinstance(offset, Literal) for offset in offsets):
        return None
    assert source.physical is not None
    assert result.physical is not None
    row, column = (int(offset.value) for offset in offsets if isinstance(offset, Literal))
    contiguous = (
        source.layout is Layout.DN or source.shape[0] == 1 or (column == 0 and source.physical[1] == result.physical[1])
    )
    start = byte_of(source, row, column)
    return start if contiguous and start % BLOCK == 0 and source.layout is result.layout else None


def extract_mistake(
    op: Op, source: TileType, result: TileType, offsets: tuple[Operand, ...], multiples: Multiples
) -> Diagnostic | None:
    """What keeps the extract instruction from copying a window of rows; None where it can."""
    size = source.dtype.size
    if result.valid == (1, 1):  # one element, which the scalar unit copies from anywhere
        return None
    if result.shape[1] == 1 < result.shape[0]:
        return _mistake(
            op,
            f"one column of a tile [{source.shape[0]}, {source.shape[1]}] is no run of bytes",
            "`pl.transpose` the tile, slice a row, and `pl.reshape` that to a column",
        )
    elements = BLOCK // size
    if not multiples.divides(elements, offsets[1]):
        return _start_mistake(op, source, offsets[1], elements)
    width = result.valid[1]
    if size == 1 and (width is None or width % 2):
        return _mistake(
            op, "a window of one-byte elements has an even number of valid columns that is known here", "widen it"
        )
    return None


def _start_mistake(op: Op, source: TileType, start: Operand, elements: int) -> Diagnostic:
    """A window that does not start on a block; that of a column, whose row form is copied, is told in its rows."""
    unit = "row" if is_column(source) else "column"
    known = isinstance(start, Literal)
    return _mistake(
        op,
        f"a window starts at a multiple of {elements} {unit}s of {source.dtype} (32 bytes), this one at "
        + (f"{start.value}" if isinstance(start, Literal) else f"a {unit} that is not known to be one"),
        f"start at such a {unit}"
        + ("" if known else f", and write the offset as a product with {elements}, e.g. `i * {elements}`"),
    )


def _mistake(op: Op, problem: str, how: str) -> Diagnostic:
    return SliceRefused(op.span, op=row_of(op).label, problem=problem, how=how, label="")
