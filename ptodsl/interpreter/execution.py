"""Control flow: statements in order, branches, loops and calls."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from typing_extensions import assert_never

from ptodsl.errors import InternalError, Note, PtoError
from ptodsl.errors.runtime import OutputOverlaps, StepZero
from ptodsl.interpreter.application import Application
from ptodsl.interpreter.faults import Fault
from ptodsl.interpreter.frame import Frame
from ptodsl.interpreter.kernels import kernel
from ptodsl.interpreter.memory import Memories
from ptodsl.interpreter.values import Binding, Tensor
from ptodsl.ir.nodes import Block, Call, Direction, For, Function, If, Op, Program, Return, Value, Yield
from ptodsl.ir.span import Span
from ptodsl.machine import Architecture
from ptodsl.ops.row import Effect, OpRow
from ptodsl.ops.table import row_of


@dataclass(frozen=True)
class Execution:
    """One run of a program. `architecture` is what placed IR was placed for."""

    program: Program
    architecture: Architecture | None
    poison: int

    def function(
        self, function: Function, arguments: tuple[Binding, ...], calls: tuple[Span, ...] = ()
    ) -> tuple[Binding, ...]:
        """Runs a function on memories of its own; gives what it returns."""
        memories = Memories(self.architecture, self.poison) if self.architecture is not None else None
        frame = Frame(memories, self.poison, calls)
        for parameter, argument in zip(function.parameters, arguments, strict=True):
            frame.bind(parameter.value, argument)
        return self._block(function.body, frame)

    def _block(self, block: Block, frame: Frame) -> tuple[Binding, ...]:
        """Runs statements up to the Yield or Return; gives its values."""
        for statement in block.statements:
            match statement:
                case Op():
                    self._apply(statement, frame)
                case Call():
                    self._call(statement, frame)
                case If():
                    self._if(statement, frame)
                case For():
                    self._for(statement, frame)
                case Yield() | Return():
                    return tuple(frame.binding(value) for value in statement.values)
                case _:
                    assert_never(statement)
        raise InternalError("a block without an end")

    def _apply(self, op: Op, frame: Frame) -> None:
        row = row_of(op)
        operands = tuple(tuple(frame.read(operand) for operand in group) for group in op.operands)
        with _reported(op, frame):
            result = kernel(row.numpy)(Application(op, row, operands, self.poison))
        if result is not None:
            frame.define(op.result, result, written=_is_instruction(row))
        for operand_row, group in zip(row.operands, op.operands, strict=True):
            if operand_row.effect is Effect.SCRATCH:
                for operand in group:
                    frame.clobber(operand)

    def _call(self, call: Call, frame: Frame) -> None:
        callee = self.program.function(call.callee)
        arguments = tuple(frame.binding(argument) for argument in call.arguments)
        with _reported(call, frame):
            _check_overlap(callee, arguments)
        self.function(callee, arguments, (*frame.calls, call.span))

    def _if(self, statement: If, frame: Frame) -> None:
        taken = statement.then if frame.scalar(statement.condition) else statement.orelse
        _bind_all(frame, statement.results, self._block(taken, frame))

    def _for(self, loop: For, frame: Frame) -> None:
        carried = tuple(frame.binding(operand) for operand in loop.initial)
        for index in _indices(loop, frame):
            frame.bind(loop.index, index)
            frame.loops.append((loop, index))
            _bind_all(frame, loop.carried, carried)
            carried = self._block(loop.body, frame)
            frame.loops.pop()
        _bind_all(frame, loop.results, carried)


def _is_instruction(row: OpRow) -> bool:
    """Whether the op writes its result; views and `create_tile` only name bytes."""
    return row.transfer or row.pipe is not None


def _bind_all(frame: Frame, values: tuple[Value, ...], bindings: tuple[Binding, ...]) -> None:
    for value, binding in zip(values, bindings, strict=True):
        frame.bind(value, binding)


def _indices(loop: For, frame: Frame) -> range:
    start, stop, step = (int(frame.scalar(bound)) for bound in (loop.start, loop.stop, loop.step))
    with _reported(loop, frame):
        if step == 0:
            raise Fault(StepZero)
    return range(start, stop, step)


def _check_overlap(callee: Function, arguments: tuple[Binding, ...]) -> None:
    """No byte of an argument that the callee writes belongs to another argument."""
    tensors = [
        (parameter, argument)
        for parameter, argument in zip(callee.parameters, arguments, strict=True)
        if isinstance(argument, Tensor)
    ]
    for output, written in tensors:
        if output.direction is Direction.IN:
            continue
        for other, tensor in tensors:
            if other is not output and np.shares_memory(written.data, tensor.data):
                raise Fault(OutputOverlaps, callee=callee.name, output=output.value.name, other=other.value.name)


@contextmanager
def _reported(statement: Op | Call | For, frame: Frame) -> Generator[None, None, None]:
    """Turns a fault into the error that the user sees: where, in which iteration, called from where."""
    try:
        yield
    except Fault as fault:
        notes = (*_origins(fault, statement), *_iterations(frame), *_callers(frame))
        raise PtoError([fault.mistake(statement.span, notes, **fault.fields)]) from None


def _origins(fault: Fault, statement: Op | Call | For) -> Iterator[Note]:
    """Where the operands come from that a fault is about."""
    if not isinstance(statement, Op):
        return
    row = row_of(statement)
    for name in fault.about:
        for operand in statement.operands[row.operand_index(name)]:
            if isinstance(operand, Value) and operand.span != statement.span:
                yield Note(f"`{operand.name}` is made here" if operand.name else "it is made here", operand.span)


def _iterations(frame: Frame) -> Iterator[Note]:
    for loop, index in frame.loops:
        yield Note(f"in the iteration where `{loop.index.name}` is {index}")


def _callers(frame: Frame) -> Iterator[Note]:
    for call in reversed(frame.calls):
        yield Note("called from here", call)
