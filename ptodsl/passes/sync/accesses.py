"""What an instruction touches: byte ranges of memories on chip, and windows of tensors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import For, Function, If, Op, Operand, Value, Yield
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import TensorType, TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import Arity, Effect, OperandKind, OpRow
from ptodsl.ops.table import row_of
from ptodsl.passes.sync.affine import Affine, Scalars
from ptodsl.passes.sync.regions import Instruction
from ptodsl.passes.sync.windows import Extent, Window

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


@dataclass(frozen=True)
class Tensors:
    """Which tensor values are handles of one buffer: a loop's or a branch's result is what enters it."""

    parents: dict[Value, Value] = field(default_factory=dict[Value, Value])

    def buffer(self, handle: Value) -> Value:
        """The value that stands for the buffer of a handle."""
        while handle in self.parents:
            handle = self.parents[handle]
        return handle

    def join(self, handle: Operand, other: Operand) -> None:
        """Two handles are of one buffer."""
        if isinstance(handle, Value) and isinstance(other, Value) and isinstance(handle.type, TensorType):
            first, second = self.buffer(handle), self.buffer(other)
            if first is not second:
                self.parents[second] = first


def tensors_of(function: Function) -> Tensors:
    """The buffers of a kernel's tensor values."""
    tensors = Tensors()
    for statement in walk(function.body):
        if isinstance(statement, For):
            ends = (statement.initial, _yielded(statement.body.statements[-1]), statement.results)
            _join_all(tensors, statement.carried, *ends)
        elif isinstance(statement, If) and statement.results:
            branches = (_yielded(block.statements[-1]) for block in (statement.then, statement.orelse))
            _join_all(tensors, statement.results, *branches)
    return tensors


def _yielded(statement: object) -> tuple[Operand, ...]:
    assert isinstance(statement, Yield)
    return statement.values


def _join_all(tensors: Tensors, handles: tuple[Operand, ...], *others: tuple[Operand, ...]) -> None:
    for other in others:
        for left, right in zip(handles, other, strict=True):
            tensors.join(left, right)


@dataclass(frozen=True)
class TensorAccess:
    """A window of a buffer in global memory that an instruction touches, and how."""

    buffer: Value
    window: Window
    writes: bool
    atomic: bool


def tensor_accesses(instruction: Instruction, scalars: Scalars, tensors: Tensors) -> Iterator[TensorAccess]:
    """The windows of tensors that an instruction reads or writes."""
    op = instruction.statement
    for operand_row, group in zip(row_of(op).operands, op.operands, strict=True):
        if operand_row.kind is OperandKind.TENSOR and operand_row.effect is not Effect.NONE:
            (handle,) = group
            assert isinstance(handle, Value)
            window = Window(_box(op, handle, scalars), instruction.loops)
            writes, atomic = operand_row.effect in _WRITES, bool(op.attributes.get("atomic", False))
            yield TensorAccess(tensors.buffer(handle), window, writes, atomic)


def _box(op: Op, tensor: Value, scalars: Scalars) -> tuple[Extent, ...]:
    """The offsets and sizes of the window; the whole tensor for an op that names none."""
    assert isinstance(tensor.type, TensorType)
    offsets = _group(op, "offsets")
    if not offsets:
        return tuple(Extent(Affine(0), size) for size in tensor.type.shape)
    sizes = _sizes(op, tensor.type)
    return tuple(Extent(scalars.form(offset), size) for offset, size in zip(offsets, sizes, strict=True))


def _group(op: Op, name: str) -> tuple[Operand, ...]:
    row = row_of(op)
    return next((group for operand, group in zip(row.operands, op.operands, strict=True) if operand.name == name), ())


def _sizes(op: Op, tensor: TensorType) -> tuple[int, ...]:
    """The written sizes; by default the rows and columns of the tile in the last two dims, 1 before."""
    written = op.attributes.get("sizes")
    if written is not None:
        assert isinstance(written, tuple)
        return written
    (tile,) = _group(op, "source")
    assert isinstance(tile, Value)
    assert isinstance(tile.type, TileType)
    rows, columns = tile.type.shape
    return (columns,) if tensor.rank == 1 else (*(1,) * (tensor.rank - 2), rows, columns)
