"""The pipe that an op runs on, and the core that a kernel runs on."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import assert_never

from ptodsl.ir.hardware import Core, Memory, Pipe
from ptodsl.ir.nodes import Function, Literal, Op, Operand
from ptodsl.ir.rewrite import values_of, walk
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType
from ptodsl.machine import Architecture
from ptodsl.ops.table import row_of


def pipe_of(op: Op, architecture: Architecture) -> Pipe | None:
    """The pipe that an op runs on; None for one that no pipe executes (a view, scalar arithmetic).

    A transfer runs on the pipe of the move between its two memories; None where the machine has no such move.
    """
    row = row_of(op)
    if not row.transfer:
        return row.pipe
    operands = (operand for group in op.operands for operand in group)
    ends = [memory for end in (*operands, *op.results) if (memory := _memory(end)) is not None]
    move = architecture.move(ends[0], ends[1]) if len(ends) == 2 else None
    return None if move is None else move.pipe


def core_of(function: Function, architecture: Architecture) -> Core:
    """The core that a kernel runs on: as declared, else as its pipes tell, else by where its tiles are.

    A kernel of pipes that both kinds have is a vector kernel if it has tiles in UB, or none at all.
    """
    if function.core is not None:
        return function.core
    for pipe in _pipes(function, architecture):
        core = architecture.core_of(pipe)
        if core is not None:
            return core
    memories = {value.type.memory for value in values_of(function) if isinstance(value.type, TileType)}
    return Core.VECTOR if Memory.UB in memories or not memories else Core.CUBE


def _pipes(function: Function, architecture: Architecture) -> Iterator[Pipe]:
    for statement in walk(function.body):
        if isinstance(statement, Op) and (pipe := pipe_of(statement, architecture)) is not None:
            yield pipe


def _memory(end: Operand) -> Memory | None:
    """Where one end of a transfer lies; None for a scalar, and for a tile that has no memory yet."""
    if isinstance(end, Literal):
        return None
    match end.type:
        case TensorType():
            return Memory.GM
        case TileType(memory=memory):
            return memory
        case ScalarType() | ErrorType():
            return None
        case _:
            assert_never(end.type)
