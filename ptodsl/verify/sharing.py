"""Whether values that are one buffer lie in the same bytes: views, tied results, loop carries, merges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.memory import BytesNotShared
from ptodsl.ir.hardware import Layout
from ptodsl.ir.nodes import Block, For, If, Literal, Op, Operand, Value
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import TileType
from ptodsl.ops.row import OpRow
from ptodsl.ops.table import ROWS
from ptodsl.verify.footprint import span_of
from ptodsl.verify.handles import yielded


def sharing_findings(body: Block) -> Iterator[tuple[Value, Diagnostic]]:
    """Every value that should share the bytes of another and does not; all tiles are placed."""
    for statement in walk(body):
        match statement:
            case Op() if statement.name in ROWS:
                yield from _op(statement, ROWS[statement.name])
            case For(carried=carried):
                yield from _all(carried, statement.initial, "what it is at first")
                yield from _all(carried, yielded(statement.body), "what the iteration yields for it")
                yield from _all(statement.results, carried, "the value that the loop carries")
            case If():
                yield from _all(statement.results, yielded(statement.then), "which the first branch yields")
                yield from _all(statement.results, yielded(statement.orelse), "which the other branch yields")
            case _:
                pass


def same_bytes(one: TileType, other: TileType) -> bool:
    """Whether two types put the same elements into the same bytes."""
    return _place(one) == _place(other)


def _place(tile: TileType) -> tuple[object, ...]:
    return tile.memory, tile.offset, tile.physical, tile.layout, tile.dtype


def _all(values: tuple[Value, ...], others: tuple[Operand, ...], relation: str) -> Iterator[tuple[Value, Diagnostic]]:
    for value, other in zip(values, others, strict=True):
        if not isinstance(value.type, TileType) or not isinstance(other, Value):
            continue
        if not isinstance(other.type, TileType) or not same_bytes(value.type, other.type):
            how = "give both one address and one physical shape: a carry or a merge moves no data"
            yield _not_shared(value, other, relation, f"that is {other.type}", how)


def _op(op: Op, row: OpRow) -> Iterator[tuple[Value, Diagnostic]]:
    name = row.tied or row.view_of
    if not name or not op.results or not isinstance(op.result.type, TileType):
        return
    (source,) = op.operands[row.operand_index(name)]
    assert isinstance(source, Value)
    assert isinstance(source.type, TileType)
    if row.tied:
        if not same_bytes(op.result.type, source.type):
            how = f"give both one address: `{row.label}` updates its operand"
            yield _not_shared(op.result, source, f"which `{row.label}` updates", f"that is {source.type}", how)
        return
    problem = _View(op, row, source.type, op.result.type).problem()
    if problem:
        how = "give the view the address of its first element, or make a copy"
        yield _not_shared(op.result, source, f"of which it is a view by `{row.label}`", problem, how)


def _not_shared(value: Value, other: Value, relation: str, problem: str, how: str) -> tuple[Value, Diagnostic]:
    notes = [Note(f"`{other.name}`: {other.type}", other.span)]
    fields = {"name": value.name, "other": other.name, "type": value.type}
    return value, BytesNotShared(value.span, notes, relation=relation, problem=problem, how=how, **fields)


@dataclass(frozen=True)
class _View:
    """A view: each of its elements must stand where the source has it."""

    op: Op
    row: OpRow
    source: TileType
    result: TileType

    def problem(self) -> str:
        """What is wrong; empty where nothing is."""
        source, result = self.source, self.result
        start = self._start()
        if start is None:
            return "where it starts is known only at run time"
        if source.memory is not result.memory or result.offset != start:
            return f"it should start at 0x{start:x}"
        if not self._same_order():
            return "its elements stand in another order there"
        inside = span_of(source)
        if span_of(result).stop > inside.stop:
            return f"it reaches past the end of the source, 0x{inside.stop:x}"
        return ""

    def _start(self) -> int | None:
        """The address of the view's first element in the source."""
        rows, columns = 0, 0
        if any(operand.name == "offsets" for operand in self.row.operands):
            offsets = self.op.operands[self.row.operand_index("offsets")]
            known = [int(offset.value) for offset in offsets if isinstance(offset, Literal)]
            if len(known) != len(offsets):
                return None
            rows, columns = known
        assert self.source.offset is not None
        down, right = _strides(self.source) or (0, 0)
        return self.source.offset + rows * down + columns * right

    def _same_order(self) -> bool:
        """Whether steps between elements are the same; a reshape needs both without gaps."""
        source, result = _strides(self.source), _strides(self.result)
        if source is None or result is None:
            return _place(self.source) == _place(self.result) and self.source.shape == self.result.shape
        if "sizes" in self.op.attributes or self.source.shape == self.result.shape:
            pairs = zip(source, result, self.result.shape, strict=True)
            return all(one == other or extent == 1 for one, other, extent in pairs)
        return _is_dense(self.source) and _is_dense(self.result)


def _strides(tile: TileType) -> tuple[int, int] | None:
    """Bytes from a row to the next and from a column to the next; None where fractals have no such steps."""
    assert tile.physical is not None
    size = tile.dtype.size
    match tile.layout:
        case Layout.ND:
            return tile.physical[1] * size, size
        case Layout.DN:
            return size, tile.physical[0] * size
        case _:
            return None


def _is_dense(tile: TileType) -> bool:
    """Whether the elements, row by row, follow each other without a gap."""
    down, right = _strides(tile) or (0, 0)
    rows, columns = tile.shape
    return (rows == 1 or down == columns * tile.dtype.size) and (columns == 1 or right == tile.dtype.size)
