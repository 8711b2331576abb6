"""Which tiles of one instruction may share bytes: while it runs, reads and writes come in no order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from ptodsl.errors import Diagnostic
from ptodsl.errors.memory import OperandsOverlap
from ptodsl.ir.nodes import Op, Value
from ptodsl.ir.types import TileType
from ptodsl.ops.row import Effect, OpRow
from ptodsl.verify.hazard import range_text
from ptodsl.verify.sharing import same_bytes


class _Part(NamedTuple):
    """One tile of an instruction, and what the instruction does with it."""

    name: str
    value: Value
    tile: TileType
    span: range
    writes: bool
    is_result: bool = False
    may_take_over: bool = False
    """Whether the result may take over its bytes."""


def overlap_findings(op: Op, row: OpRow, spans: Mapping[Value, range]) -> Iterator[Diagnostic]:
    """Each pair of tiles that share bytes, one of them written, where the row does not allow it.

    `spans` are the bytes of each tile.
    """
    for one, other in combinations(_parts(op, row, spans), 2):
        shared = _shared(one, other) if one.writes or other.writes else range(0)
        if shared and not _is_allowed(one, other):
            yield _finding(op, row, one, other, shared)


def _parts(op: Op, row: OpRow, spans: Mapping[Value, range]) -> Iterator[_Part]:
    """Operands in order, the results last."""
    for slot, group in zip(row.operands, op.operands, strict=True):
        for operand in group:
            if isinstance(operand, Value) and isinstance(operand.type, TileType) and slot.effect is not Effect.NONE:
                taken = slot.name in (*row.inplace, row.tied)
                writes = slot.effect is not Effect.READ
                yield _Part(slot.name, operand, operand.type, spans[operand], writes, may_take_over=taken)
    for result in op.results:
        if isinstance(result.type, TileType):
            yield _Part("result", result, result.type, spans[result], writes=True, is_result=True)


def _shared(one: _Part, other: _Part) -> range:
    """The bytes that both have."""
    if one.tile.memory is not other.tile.memory:
        return range(0)
    return range(max(one.span.start, other.span.start), min(one.span.stop, other.span.stop))


def _is_allowed(one: _Part, other: _Part) -> bool:
    """A result exactly in the bytes of an operand that the row names."""
    return one.may_take_over and other.is_result and same_bytes(one.tile, other.tile)


def _finding(op: Op, row: OpRow, one: _Part, other: _Part, shared: range) -> Diagnostic:
    assert one.tile.memory is not None
    why = "the bytes do not coincide" if one.may_take_over else f"`{row.label}` writes one while it uses the other"
    return OperandsOverlap(
        op.span,
        op=row.label,
        first=_text(one),
        second=_text(other),
        where=range_text(one.tile.memory, shared.start, shared.stop),
        why=why,
        how=f"give `{other.value.name}` bytes of its own",
    )


def _text(part: _Part) -> str:
    return f"{'the result' if part.is_result else part.name} `{part.value.name}`"
