"""The pass `check_outputs`: which buffer each result is, and that every one of them is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from ptodsl.errors import Diagnostic, Note, PtoError
from ptodsl.errors.outputs import BuffersDiffer, DirectionDiffers, ReturnedTwice, ReturnNotParameter
from ptodsl.ir.effects import evidence
from ptodsl.ir.nodes import Call, Direction, Function, FunctionKind, Operand, Program, Value
from ptodsl.ir.rewrite import results_of, walk
from ptodsl.ir.types import ErrorType
from ptodsl.machine import Architecture
from ptodsl.passes import remedies, submissions
from ptodsl.passes.origins import is_provided
from ptodsl.passes.outputs import Outputs


@dataclass(frozen=True)
class CheckOutputs:
    """Checks directions, results, and the outputs and arguments of calls.

    Needs structurally sound IR as the frontend builds it. Gives the same program. Raises PtoError with every E03 of it.
    """

    name: ClassVar[str] = "check_outputs"

    def run(self, program: Program, architecture: Architecture | None = None) -> Program:
        """The same program, once every output is accounted for."""
        outputs = {function: Outputs(function, program) for function in program.functions}
        mistakes = [mistake for function in outputs for mistake in _mistakes(outputs[function], outputs)]
        if mistakes:
            raise PtoError(mistakes)
        return program


def _mistakes(outputs: Outputs, others: Mapping[Function, Outputs]) -> Iterator[Diagnostic]:
    """Every mistake of a function: directions, merges, results, calls."""
    if not is_provided(outputs.function):
        yield from _directions(outputs)
        yield from _merges(outputs)
        yield from _results(outputs)
    for statement in walk(outputs.function.body):
        if isinstance(statement, Call):
            callee = others[outputs.program.function(statement.callee)]
            yield from submissions.mistakes_of(statement, outputs, callee)


def _directions(outputs: Outputs) -> Iterator[Diagnostic]:
    """A direction is what the body does; InOut may be declared of what it only stores, to keep the caller's bytes."""
    for parameter in outputs.function.tensors:
        declared, does = parameter.direction, outputs.directions[parameter.value]
        if does is not declared and (declared, does) != (Direction.INOUT, Direction.OUT):
            yield _direction(outputs, parameter.value, declared, does)


@dataclass(frozen=True)
class _Words:
    """How messages speak of a direction: its name, what the body does, where it shows, and what to write."""

    name: str
    does: str
    shown: str
    how: str


_WORDS: Mapping[Direction, _Words] = {
    Direction.IN: _Words("In", "the body never stores to it", "", "leave the direction out, or store to it"),
    Direction.OUT: _Words(
        "Out", "the body stores to it and reads nothing that it has not stored", "stored to here", "declare it Out"
    ),
    Direction.INOUT: _Words(
        "InOut",
        "the body stores to it and reads what the caller passed",
        "read before anything is surely stored there",
        "declare it InOut",
    ),
}


def _direction(outputs: Outputs, parameter: Value, declared: Direction, does: Direction) -> Diagnostic:
    words, shown = _WORDS[does], evidence(outputs.function, outputs.program).get(parameter)
    notes = [Note(words.shown, shown)] if words.shown and shown is not None else []
    fields = {"declared": _WORDS[declared].name, "does": words.does, "how": words.how}
    return DirectionDiffers(parameter.span, notes, name=parameter.name, function=outputs.function.name, **fields)


def _merges(outputs: Outputs) -> Iterator[Diagnostic]:
    """In a kernel a handle is one parameter on every path."""
    if outputs.function.kind is not FunctionKind.KERNEL:
        return
    for statement in walk(outputs.function.body):
        for value in results_of(statement):
            roots = outputs.roots(value)
            if len(roots) > 1:
                names = {"left": roots[0].name, "right": roots[1].name}
                yield BuffersDiffer(statement.span, _each(roots), name=value.name, **names)


def _results(outputs: Outputs) -> Iterator[Diagnostic]:
    """Results are buffers of the caller's or, of an orchestration, buffers that it makes; each is one result."""
    span, function = outputs.last.span, outputs.function.name
    first: dict[Operand, int] = {}
    for index, operand in enumerate(outputs.last.values):
        if operand in first:
            name = remedies.written(operand)
            yield ReturnedTwice(span, function=function, name=name, first=first[operand], second=index)
        elif not _is_buffer(operand, outputs):
            roots = outputs.roots(operand) if isinstance(operand, Value) else []
            given, how = _refused(roots)
            yield ReturnNotParameter(span, _each(roots), index=index, function=function, given=given, how=how)
        first.setdefault(operand, index)


def _is_buffer(operand: Operand, outputs: Outputs) -> bool:
    """Whether an operand may be a result, as far as that is not reported elsewhere."""
    if not isinstance(operand, Value) or isinstance(operand.type, ErrorType):
        return isinstance(operand, Value)
    if outputs.function.kind is FunctionKind.KERNEL:
        return operand in outputs.parameters or len(outputs.roots(operand)) > 1
    return operand in outputs.parameters | outputs.created


def _refused(roots: list[Value]) -> tuple[str, str]:
    """What an operand is that cannot be a result, by the buffers that it stands for, and what to do."""
    match roots:
        case []:
            return "no tensor", "store it to an output tensor and return that"
        case [root]:
            return f"a part of `{root.name}`", "return the whole tensor; a view can be passed on, not returned"
        case _:
            return "one of several buffers, as run time chooses", "return one on every path; a choice can be passed on"


def _each(roots: list[Value]) -> list[Note]:
    text = "one of them" if len(roots) > 1 else "the whole tensor"
    return [Note(text, root.span) for root in roots]
