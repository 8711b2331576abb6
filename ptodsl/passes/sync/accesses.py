"""What an instruction touches: byte ranges of memories on chip, and windows of tensors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ptodsl.ir.boxes import Box, Interval, whole
from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import For, Function, If, Op, Operand, Value
from ptodsl.ir.rewrite import values_of, walk, yielded
from ptodsl.ir.types import TensorType, TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import Arity, Effect, OperandKind, OpRow
from ptodsl.ops.table import row_of
from ptodsl.ops.windows import window_of
from ptodsl.passes.disjoint import DisjointSets
from ptodsl.passes.sync.regions import Instruction
from ptodsl.passes.sync.scalars import Scalars
from ptodsl.passes.sync.windows import Window

_READS = (Effect.READ, Effect.UPDATE, Effect.SCRATCH)
_WRITES = (Effect.WRITE, Effect.UPDATE, Effect.SCRATCH)


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
    assert isinstance(operand, Value)
    type_ = operand.type
    assert isinstance(type_, TileType)
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
        yield Access(bytes_of(result), writes=True)
    if architecture.hidden_scratch is not None and _lacks_scratch(row, op):
        hidden = architecture.hidden_scratch
        yield Access(ByteRange(Memory.UB, hidden.start, hidden.stop), writes=True)


def _lacks_scratch(row: OpRow, op: Op) -> bool:
    """Whether the op is in the form without a temporary, in which the library takes bytes of its own choice."""
    return any(
        operand_row.effect is Effect.SCRATCH and operand_row.arity is Arity.OPTIONAL and not group
        for operand_row, group in zip(row.operands, op.operands, strict=True)
    )


def tensors_of(function: Function) -> DisjointSets:
    """The tensor values of a kernel; handles of one buffer, as loops and branches hand them on, are in one set."""
    tensors = DisjointSets()
    tensors.add_all(value for value in values_of(function) if isinstance(value.type, TensorType))
    for statement in walk(function.body):
        match statement:
            case For():
                for entering in (statement.initial, statement.results, yielded(statement.body)):
                    _join(tensors, statement.carried, entering)
            case If():
                for block in (statement.then, statement.orelse):
                    _join(tensors, statement.results, yielded(block))
            case _:
                pass
    return tensors


def _join(tensors: DisjointSets, handles: tuple[Value, ...], entering: tuple[Operand, ...]) -> None:
    for handle, other in zip(handles, entering, strict=True):
        if isinstance(handle.type, TensorType) and isinstance(other, Value):
            tensors.join(handle, other)


@dataclass(frozen=True)
class TensorAccess:
    """A window of a buffer in global memory that an instruction touches, and how."""

    buffer: Value
    window: Window
    writes: bool
    atomic: bool


def tensor_accesses(instruction: Instruction, scalars: Scalars, tensors: DisjointSets) -> Iterator[TensorAccess]:
    """The windows of tensors that an instruction reads or writes."""
    op = instruction.statement
    for operand_row, group in zip(row_of(op).operands, op.operands, strict=True):
        if operand_row.kind is OperandKind.TENSOR and operand_row.effect is not Effect.NONE:
            (handle,) = group
            assert isinstance(handle, Value)
            window = Window(_box(op, handle, scalars), instruction.loops)
            writes, atomic = operand_row.effect in _WRITES, bool(op.attributes.get("atomic", False))
            yield TensorAccess(tensors.find(handle), window, writes, atomic)


def _box(op: Op, tensor: Value, scalars: Scalars) -> Box:
    """The offsets and sizes of the window; the whole tensor for an op that names none."""
    assert isinstance(tensor.type, TensorType)
    row = row_of(op)
    for operand, offsets in zip(row.operands, op.operands, strict=True):
        if operand.name == "offsets":
            sizes = window_of(op, tensor.type)
            return tuple(Interval(scalars.forms.of(offset), size) for offset, size in zip(offsets, sizes, strict=True))
    return whole(tensor.type.shape)
