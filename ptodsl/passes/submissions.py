"""The mistakes of a call: outputs that it leaves out and loses, and arguments that share bytes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from ptodsl.errors import Diagnostic, Note
from ptodsl.errors.outputs import ArgumentsOverlap, ConditionalOutput, OutputDropped, OutputNotReturned
from ptodsl.ir.boxes import Box, meet, whole
from ptodsl.ir.nodes import Call, Direction, Operand, Parameter, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import TensorType
from ptodsl.passes.outputs import Outputs


class Argument(NamedTuple):
    """An argument, the parameter that it is for, and where it is written: the call's own place if it is left out."""

    parameter: Parameter
    operand: Operand
    span: Span

    @property
    def name(self) -> str:
        """The parameter's name."""
        return self.parameter.value.name

    @property
    def is_stored(self) -> bool:
        """Whether the call stores to it."""
        return self.parameter.direction is not Direction.IN


def mistakes_of(call: Call, caller: Outputs, callee: Outputs) -> Iterator[Diagnostic]:
    """Every mistake of a call; none that follows from a mistake of the callee."""
    spans = call.argument_spans or (call.span,) * len(call.arguments)
    arguments = list(map(Argument, callee.function.parameters, call.arguments, spans))
    if callee.parameters.issuperset(callee.last.values):
        yield from _left_out(call, arguments, caller, callee)
    yield from _overlapping(call, arguments, caller)


def _left_out(call: Call, arguments: list[Argument], caller: Outputs, callee: Outputs) -> Iterator[Diagnostic]:
    """What a call leaves out is stored on every path and returned, and something that it stores is used."""
    provided = [one for one in arguments if one.operand in caller.created and one.span == call.span]
    for argument in provided:
        if callee.directions[argument.parameter.value] is Direction.OUT:
            yield from _lost(call, argument, callee)
    results = [argument for argument in provided if argument.parameter.value in callee.last.values]
    if results and all(caller.uses[argument.operand] == 1 for argument in arguments if argument.is_stored):
        yield OutputDropped(call.span, callee=call.callee, name=results[0].name)


def _lost(call: Call, argument: Argument, callee: Outputs) -> Iterator[Diagnostic]:
    """Why the buffer that is provided for an output is of no use, or not always."""
    name, parameter = argument.name, argument.parameter.value
    is_launch = call.span == callee.function.span
    label = f"a launch leaves `{name}` out" if is_launch else f"`{name}` is left out here"
    fields = {"callee": call.callee, "name": name, "label": label}
    if parameter not in callee.last.values:
        yield OutputNotReturned(call.span, [Note(f"`{name}` is declared here", parameter.span)], **fields)
    way = callee.unstored[parameter]
    if way is not None:
        past = Note(f"from here on this path, nothing stores to `{name}`", way.place)
        yield ConditionalOutput(call.span, [past], path=str(way), **fields)


def _overlapping(call: Call, arguments: list[Argument], caller: Outputs) -> Iterator[Diagnostic]:
    """No byte that a call stores belongs to another of its arguments, as far as is known."""
    for left, right in combinations(arguments, 2):
        stored = [argument.name for argument in (left, right) if argument.is_stored]
        if stored and _overlap(left.operand, right.operand, caller):
            names = {"left": left.name, "right": right.name, "written": stored[0]}
            yield ArgumentsOverlap(right.span, [Note(f"`{left.name}`", left.span)], callee=call.callee, **names)


def _overlap(left: Operand, right: Operand, caller: Outputs) -> bool:
    """Whether two arguments surely share bytes."""
    if left is right:
        return isinstance(left, Value) and isinstance(left.type, TensorType)
    mine, theirs = _place(left, caller), _place(right, caller)
    return mine is not None and theirs is not None and mine[0] is theirs[0] and meet(mine[1], theirs[1])


def _place(operand: Operand, caller: Outputs) -> tuple[Value, Box] | None:
    """The buffer that a tensor is in, and its window of it; None where they are not known."""
    if not isinstance(operand, Value) or not isinstance(operand.type, TensorType):
        return None
    handles = caller.handles.get(operand, frozenset())
    boxes = [(handle.root, handle.box(whole(operand.type.shape))) for handle in handles]
    match boxes:
        case [(root, box)] if box is not None:
            return root, box
        case _:
            return None
