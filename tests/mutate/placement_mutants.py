"""Kernels with a tile somewhere else, a temporary that is too small, or two outputs in each other's places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from ptodsl.ir.nodes import Call, Direction, Function, Op, Operand, Program, Value
from ptodsl.ir.rewrite import retyped, walk
from ptodsl.ir.tiles import tile_type
from ptodsl.ir.types import TensorType, TileType
from ptodsl.machine import Architecture
from ptodsl.ops.row import Effect
from ptodsl.ops.site import type_of
from ptodsl.ops.table import row_of
from tests.mutate.buffers import Buffer, buffers_of
from tests.mutate.editing import Mutant, ops, substituted, with_function

TEMPORARY, OUTPUTS = "temporary shrunk", "outputs swapped"
"""Kinds that no address and no flag tells of."""
STEP = 32
"""Bytes: the granule of UB, less than that of the other memories."""


@dataclass(frozen=True)
class Shift(Mutant):
    """A buffer moved by some bytes; `tiles` are those of the program as it was."""

    tiles: tuple[Value, ...] = ()
    by: int = 0


def shifts(program: Program, function: Function, architecture: Architecture) -> Iterator[Shift]:
    """Every buffer by 32 bytes, by its size, onto every other one that is live with it and onto the last block of that
    one, beyond its memory's end; and every tile of a buffer of several by 32 bytes alone.
    """
    buffers = buffers_of(function)
    for buffer in buffers:
        others = [one for one in buffers if one is not buffer and one.memory is buffer.memory]
        for kind, start in _places(buffer, others, architecture):
            yield _shift(kind, program, function, buffer, start - buffer.start)
        for tile in buffer.tiles if len(buffer.tiles) > 1 else ():
            alone = Buffer((tile,), buffer.memory, buffer.start, buffer.stop, buffer.live)
            yield _shift("shifted alone", program, function, alone, STEP)


def _places(buffer: Buffer, others: list[Buffer], architecture: Architecture) -> Iterator[tuple[str, int]]:
    spec = architecture.memories[buffer.memory]
    for kind, step in (("shifted by 32 bytes", STEP), ("shifted by its size", buffer.size)):
        inside = [buffer.start + by for by in (step, -step) if 0 <= buffer.start + by <= spec.capacity - buffer.size]
        if inside:
            yield kind, max(inside, key=lambda start: _weight(buffer, start, others, spec.alignment))
    for other in others:
        if buffer.is_live_with(other) and not other.meets(buffer.start, buffer.stop):
            yield "onto a live tile", other.start
            yield "onto the end of a live tile", other.stop - spec.alignment
    if spec.physical > spec.capacity:
        yield "into reserved bytes", spec.capacity - buffer.size + spec.alignment
    yield "beyond capacity", spec.physical - buffer.size + spec.alignment


def _weight(buffer: Buffer, start: int, others: list[Buffer], alignment: int) -> int:
    """How much is wrong with a place: 2 where a tile lies that is live with this one, or no tile may; 1 where one does
    that is live at other times; 0 where nothing does.
    """
    if start % alignment:
        return 2
    met = [other for other in others if other.meets(start, start + buffer.size)]
    return max((1 + buffer.is_live_with(other) for other in met), default=0)


def _shift(kind: str, program: Program, function: Function, buffer: Buffer, by: int) -> Shift:
    changed = retyped(function, {tile: _shifted(tile_type(tile), by) for tile in buffer.tiles})
    what = f"{buffer.name} by {by:+}"
    return Shift(kind, what, function.name, with_function(program, function, changed), buffer.tiles, by)


def _shifted(type_: TileType, by: int) -> TileType:
    assert type_.offset is not None
    return type_.at(type_.offset + by)


def shrunk_temporaries(program: Program, function: Function) -> Iterator[Mutant]:
    """Every temporary with half its rows, and with half its columns, where it has more than one."""
    for op in ops(function):
        for slot, group in zip(row_of(op).operands, op.operands, strict=True):
            if slot.effect is Effect.SCRATCH:
                for temporary in group:
                    assert isinstance(temporary, Value)
                    yield from _shrunk(program, function, op, temporary)


def _shrunk(program: Program, function: Function, op: Op, temporary: Value) -> Iterator[Mutant]:
    type_ = tile_type(temporary)
    assert type_.physical is not None
    for dim, word in enumerate(("rows", "columns")):
        halved = _halved(type_, dim)
        if halved.nbytes < type_.nbytes:
            half = {temporary: halved}
            what = f"{temporary.name} of {op.name} with half its {word}"
            changed = with_function(program, function, retyped(function, half))
            yield Mutant(TEMPORARY, what, function.name, changed)


def _halved(type_: TileType, dim: int) -> TileType:
    """Half of a tile of plain rows, which stay whole blocks of 32 bytes."""
    assert type_.physical is not None
    rows, columns = type_.physical
    block = STEP // type_.dtype.size
    physical = (max(1, rows // 2), columns) if dim == 0 else (rows, -(-columns // 2 // block) * block)
    shape = (min(type_.shape[0], physical[0]), min(type_.shape[1], physical[1]))
    return replace(type_, shape=shape, valid=shape, physical=physical)


def swapped_outputs(program: Program, function: Function) -> Iterator[Mutant]:
    """Every two outputs of one type that a kernel stores to, exchanged."""
    for one, other in combinations(_written(function), 2):
        if one.operand is not other.operand and type_of(one.operand) == type_of(other.operand):
            changed = _exchanged(function, one, other)
            what = f"{one.name} and {other.name}"
            yield Mutant(OUTPUTS, what, function.name, with_function(program, function, changed))


@dataclass(frozen=True)
class Exchange(Mutant):
    """Two arguments of one call exchanged, outputs of one type."""

    values: tuple[Operand, ...] = ()


@dataclass(frozen=True)
class _Output:
    """A tensor that an op writes."""

    op: Op
    index: int
    operand: Operand

    @property
    def name(self) -> str:
        """The name of the tensor."""
        return self.operand.name if isinstance(self.operand, Value) else "?"


def _written(function: Function) -> list[_Output]:
    found: list[_Output] = []
    for statement in walk(function.body):
        if isinstance(statement, Op):
            slots = zip(row_of(statement).operands, statement.operands, strict=True)
            found += [
                _Output(statement, index, group[0])
                for index, (slot, group) in enumerate(slots)
                if slot.effect is Effect.WRITE and group and isinstance(type_of(group[0]), TensorType)
            ]
    return found


def _exchanged(function: Function, one: _Output, other: _Output) -> Function:
    changes: Mapping[_Output, Operand] = {one: other.operand, other: one.operand}
    for output, operand in changes.items():
        groups = list(output.op.operands)
        groups[output.index] = (operand,)
        function = substituted(function, output.op, replace(output.op, operands=tuple(groups)))
    return function


def swapped_arguments(program: Program) -> Iterator[Exchange]:
    """Every two outputs of one type that a call of the orchestration passes, exchanged."""
    entry = program.entry
    for call in (statement for statement in walk(entry.body) if isinstance(statement, Call)):
        parameters = program.function(call.callee).parameters
        written = [index for index, parameter in enumerate(parameters) if parameter.direction is not Direction.IN]
        for one, other in combinations(written, 2):
            if type_of(call.arguments[one]) == type_of(call.arguments[other]):
                arguments = list(call.arguments)
                arguments[one], arguments[other] = arguments[other], arguments[one]
                changed = substituted(entry, call, replace(call, arguments=tuple(arguments)))
                names = f"{parameters[one].value.name} and {parameters[other].value.name} of {call.callee}"
                exchanged = with_function(program, entry, changed)
                yield Exchange(OUTPUTS, names, entry.name, exchanged, (arguments[one], arguments[other]))
