"""Which tiles of one instruction may share bytes: while it runs, reads and writes come in no order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from ptodsl.errors import Diagnostic
from ptodsl.errors.memory import OperandsOverlap
from ptodsl.ir.nodes import Op, Value
from ptodsl.ir.types import TileType
from ptodsl.ops.row import Effect, OpRow
from ptodsl.verify.footprint import span_of
from ptodsl.verify.hazard import range_text
from ptodsl.verify.sharing import same_bytes


@dataclass(frozen=True)
class _Part:
    """One tile of an instruction, and what the instruction does with it."""

    name: str
    value: Value
    tile: TileType
    writes: bool
    is_result: bool = False
    may_take_over: bool = False
    """Whether the result may take over its bytes."""


def overlap_findings(op: Op, row: OpRow) -> Iterator[Diagnostic]:
    """Each pair of tiles that share bytes, one of them written, where the row does not allow it."""
    parts = list(_parts(op, row))
    for one, other in combinations(parts, 2):
        shared = _shared(one.tile, other.tile)
        if shared and (one.writes or other.writes) and not _is_allowed(one, other):
            yield _finding(op, row, one, other, shared)


def _parts(op: Op, row: OpRow) -> Iterator[_Part]:
    """Operands in order, the results last."""
    for slot, group in zip(row.operands, op.operands, strict=True):
        for operand in group:
            if isinstance(operand, Value) and isinstance(operand.type, TileType) and slot.effect is not Effect.NONE:
                taken = slot.name in (*row.inplace, row.tied)
                yield _Part(slot.name, operand, operand.type, slot.effect is not Effect.READ, may_take_over=taken)
    for result in op.results:
        if isinstance(result.type, TileType):
            yield _Part("result", result, result.type, writes=True, is_result=True)


def _shared(one: TileType, other: TileType) -> range:
    a, b = span_of(one), span_of(other)
    return range(max(a.start, b.start), min(a.stop, b.stop)) if one.memory is other.memory else range(0)


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
