"""What one instruction touches: bytes of an on-chip memory, or a box of a tensor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from ptodsl.ir.hardware import Memory, Pipe
from ptodsl.ir.nodes import Op, Operand, Value
from ptodsl.ir.types import TensorType, TileType
from ptodsl.ir.words import Word
from ptodsl.machine import Architecture
from ptodsl.ops.row import Effect, OperandKind, OperandRow, OpRow
from ptodsl.ops.site import type_of
from ptodsl.ops.table import row_of, takes_hidden_scratch
from ptodsl.verify.footprint import footprint, is_placed
from ptodsl.verify.handles import Handles
from ptodsl.verify.linear import Forms, Linear


class Kind(Word):
    """How bytes are touched; the value is how messages say it."""

    READ = "reads"
    WRITE = "writes"
    ADD = "adds to"
    """Adds atomically: in order with everything but another such addition."""

    @property
    def conflicting(self) -> tuple[Kind, ...]:
        """The kinds that need an order with this one on a common byte."""
        return _CONFLICTING[self]


_CONFLICTING = {
    Kind.READ: (Kind.WRITE, Kind.ADD),
    Kind.WRITE: (Kind.READ, Kind.WRITE, Kind.ADD),
    Kind.ADD: (Kind.READ, Kind.WRITE),
}

Place: TypeAlias = Memory | Value
"""A memory of the core, or the tensor parameter that a handle stands for: parameters do not overlap."""


class Side(NamedTuple):
    """A half-open range in one dim of a window: bytes of a memory, elements of a tensor."""

    start: Linear
    size: int


class Access(NamedTuple):
    """A window that an instruction touches: one side in a memory, one for each dim in a tensor."""

    place: Place
    kind: Kind
    window: tuple[Side, ...]
    tile: TileType | None = None
    """The type through which bytes of a memory are touched; None for hidden scratch."""
    name: str = ""
    """The tile's; empty where the access is no tile's."""


class Unplaced(Exception):
    """A tile whose bytes are not known; carries its name."""


@dataclass(frozen=True)
class Reader:
    """Derives accesses and pipes of ops from their rows."""

    architecture: Architecture
    handles: Handles
    forms: Forms

    def pipes(self, op: Op, row: OpRow) -> tuple[Pipe, ...]:
        """The pipe that an op is issued to, one for each part where it is several; none where no pipe does it.

        Raises Unplaced.
        """
        if row.transfer:
            target = _memory(op.results[0]) if op.results else Memory.GM
            move = self.architecture.move(_memory(op.operands[0][0]), target)
            return (move.pipe,) if move else ()
        dtype = next((result.type.dtype for result in op.results if isinstance(result.type, TileType)), None)
        return self.architecture.parts_of(row.instruction, dtype) or ((row.pipe,) if row.pipe else ())

    def accesses(self, op: Op, row: OpRow) -> Iterator[Access]:
        """Everything an instruction touches; raises Unplaced."""
        for operand_row, group in zip(row.operands, op.operands, strict=True):
            for operand in group:
                yield from self._operand(op, operand_row, operand)
        if takes_hidden_scratch(op):
            yield from self._hidden_scratch()
        for result in op.results:
            if isinstance(result.type, TileType):
                yield _tile_access(result, result.type, Kind.WRITE)

    def _operand(self, op: Op, row: OperandRow, operand: Operand) -> Iterator[Access]:
        if row.effect is Effect.NONE or row.kind is OperandKind.SCALAR:
            return
        assert isinstance(operand, Value)
        kind = Kind.READ if row.effect is Effect.READ else Kind.WRITE
        if isinstance(operand.type, TileType):
            yield _tile_access(operand, operand.type, kind)
        elif isinstance(operand.type, TensorType):
            atomic = kind is Kind.WRITE and bool(op.attributes.get("atomic"))
            window = self._box(op, operand.type)
            yield Access(self.handles.root(operand), Kind.ADD if atomic else kind, window)

    def _box(self, op: Op, tensor: TensorType) -> tuple[Side, ...]:
        """The window of a transfer: its offsets, and its sizes, by default those of the tile."""
        offsets = op.operands[row_of(op).operand_index("offsets")]
        sizes = op.attributes.get("sizes") or _default_sizes(op, tensor)
        assert isinstance(sizes, tuple)
        return tuple(Side(self.forms.form(offset), size) for offset, size in zip(offsets, sizes, strict=True))

    def _hidden_scratch(self) -> Iterator[Access]:
        """The bytes of UB that a form without a temporary uses instead of one."""
        hidden = self.architecture.hidden_scratch
        if hidden is not None:
            yield Access(Memory.UB, Kind.WRITE, (Side(Linear(hidden.start), len(hidden)),))


def _memory(operand: Operand) -> Memory:
    """Where one side of a transfer lies."""
    if not isinstance(operand, Value) or not isinstance(operand.type, TileType):
        return Memory.GM
    if operand.type.memory is None:
        raise Unplaced(operand.name)
    return operand.type.memory


def _tile_access(value: Value, tile: TileType, kind: Kind) -> Access:
    if not is_placed(tile):
        raise Unplaced(value.name)
    assert tile.memory is not None
    assert tile.offset is not None
    return Access(tile.memory, kind, (Side(Linear(tile.offset), footprint(tile)),), tile, value.name)


def _default_sizes(op: Op, tensor: TensorType) -> tuple[int, ...]:
    """The window of a store that writes none: the tile's shape in the last dims."""
    source = type_of(op.operands[0][0])
    assert isinstance(source, TileType)
    return (*(1 for _ in range(tensor.rank - 2)), *source.shape)[-tensor.rank :]
