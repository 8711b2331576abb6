"""The windows of tensors that an instruction touches, and which tensor values are one buffer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ptodsl.ir.boxes import Box, Interval, whole
from ptodsl.ir.nodes import For, Function, If, Op, Operand, Value
from ptodsl.ir.rewrite import values_of, walk, yielded
from ptodsl.ir.types import TensorType
from ptodsl.ops.row import Effect, OperandKind
from ptodsl.ops.table import row_of
from ptodsl.ops.windows import window_of
from ptodsl.passes.disjoint import DisjointSets
from ptodsl.passes.sync.regions import Instruction
from ptodsl.passes.sync.scalars import Scalars
from ptodsl.passes.sync.windows import Window


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
            writes, atomic = operand_row.effect is Effect.WRITE, bool(op.attributes.get("atomic", False))
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
