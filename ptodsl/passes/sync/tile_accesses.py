"""The bytes of memories on chip that an instruction touches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import Op, Operand
from ptodsl.ir.tiles import tile_type
from ptodsl.ir.types import TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import Effect, OperandKind
from ptodsl.ops.table import row_of, takes_hidden_scratch

_READS = (Effect.READ, Effect.SCRATCH)
_WRITES = (Effect.WRITE, Effect.SCRATCH)


class ByteRange(NamedTuple):
    """Bytes `start` to `stop` (excluded) of a memory on chip."""

    memory: Memory
    start: int
    stop: int


class Access(NamedTuple):
    """Bytes that an instruction touches, and whether it writes them."""

    bytes: ByteRange
    writes: bool


def bytes_of(operand: Operand) -> ByteRange:
    """The bytes of a placed tile, padding included: the physical shape is what the hardware touches."""
    type_ = tile_type(operand)
    assert type_.memory is not None
    assert type_.offset is not None
    return ByteRange(type_.memory, type_.offset, type_.offset + type_.nbytes)


def tile_accesses(op: Op, architecture: Architecture) -> Iterator[Access]:
    """The bytes on chip that an op reads and writes, its temporary and the library's hidden one among them."""
    row = row_of(op)
    for operand_row, group in zip(row.operands, op.operands, strict=True):
        if operand_row.kind is OperandKind.TILE:
            for operand in group:
                if operand_row.effect in _READS:
                    yield Access(bytes_of(operand), writes=False)
                if operand_row.effect in _WRITES:
                    yield Access(bytes_of(operand), writes=True)
    for result in op.results:
        if isinstance(result.type, TileType):
            yield Access(bytes_of(result), writes=True)
    if architecture.hidden_scratch is not None and takes_hidden_scratch(op):
        hidden = architecture.hidden_scratch
        yield Access(ByteRange(Memory.UB, hidden.start, hidden.stop), writes=True)
