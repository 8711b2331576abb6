"""The pass `check_outputs`: which buffer each result is, and that every one of them is meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from ptodsl.errors import Diagnostic, Note, PtoError
from ptodsl.errors.outputs import (
    ArgumentsOverlap,
    BuffersDiffer,
    ConditionalOutput,
    DirectionDiffers,
    OutputDropped,
    OutputNotReturned,
    ReturnedTwice,
    ReturnNotParameter,
)
from ptodsl.ir.effects import effects
from ptodsl.ir.nodes import (
    Call,
    Direction,
    For,
    Function,
    FunctionKind,
    If,
    Op,
    Operand,
    Parameter,
    Program,
    Return,
    Value,
    Yield,
)
from ptodsl.ir.rewrite import operands_of, walk
from ptodsl.ir.types import TensorType
from ptodsl.machine import Architecture
from ptodsl.passes.stored import missing_path
from ptodsl.passes.tensor_boxes import Box, box_of

WORDS = {Direction.IN: "In", Direction.OUT: "Out", Direction.INOUT: "InOut"}


@dataclass(frozen=True)
class CheckOutputs:
    """Checks directions, results and the outputs of calls.

    Needs structurally sound IR. Gives the same program. Raises PtoError with every E03 of the program.
    """

    name: ClassVar[str] = "check_outputs"

    def run(self, program: Program, architecture: Architecture | None = None) -> Program:
        """The same program, once every output is accounted for."""
        mistakes = [mistake for function in program.functions for mistake in _Checker(program, function).mistakes()]
        if mistakes:
            raise PtoError(mistakes)
        return program


class _Checker:
    """The mistakes of one function."""

    def __init__(self, program: Program, function: Function) -> None:
        self._program = program
        self._function = function
        self._roots = _roots(function)
        self._created = {
            statement.result: statement
            for statement in walk(function.body)
            if isinstance(statement, Op) and statement.name == "create_tensor"
        }

    def mistakes(self) -> Iterator[Diagnostic]:
        """Every mistake: directions, merges, results, calls."""
        yield from self._directions()
        if self._function.kind is FunctionKind.KERNEL:
            yield from self._merges()
        yield from self._results()
        for statement in walk(self._function.body):
            if isinstance(statement, Call):
                yield from self._outputs(statement)
                yield from self._overlaps(statement)

    def _directions(self) -> Iterator[Diagnostic]:
        actual = effects(self._function, self._program)
        for parameter in self._function.parameters:
            if isinstance(parameter.value.type, TensorType):
                yield from self._direction(parameter, actual)

    def _direction(self, parameter: Parameter, actual: Mapping[Value, Direction]) -> Iterator[Diagnostic]:
        """InOut may be declared of what the body only stores: the rest of the buffer is then the caller's."""
        does = actual[parameter.value]
        if parameter.direction is does or (parameter.direction is Direction.INOUT and does is Direction.OUT):
            return
        yield DirectionDiffers(
            parameter.value.span,
            name=parameter.value.name,
            function=self._function.name,
            declared=WORDS[parameter.direction],
            actual=WORDS[does],
            does={
                Direction.IN: "the body never stores to it",
                Direction.OUT: "the body stores to it and reads nothing it has not stored",
                Direction.INOUT: "the body reads what the caller passed, and stores to it",
            }[does],
        )

    def _merges(self) -> Iterator[Diagnostic]:
        """In a kernel a handle is one parameter on every path."""
        for statement in walk(self._function.body):
            for value, roots in self._merged(statement):
                if len(roots) > 1:
                    left, right = sorted(root.name for root in roots)[:2]
                    how = "store in each branch to the buffer it means, and return the parameters themselves"
                    yield BuffersDiffer(statement.span, name=value.name, left=left, right=right, how=how)

    def _merged(self, statement: object) -> Iterator[tuple[Value, frozenset[Value]]]:
        if isinstance(statement, (If, For)):
            for value in statement.results:
                if isinstance(value.type, TensorType):
                    yield value, self._roots.get(value, frozenset({value}))

    def _results(self) -> Iterator[Diagnostic]:
        last = self._function.body.statements[-1]
        assert isinstance(last, Return)
        seen: dict[Value, int] = {}
        for index, operand in enumerate(last.values):
            problem = self._unreturnable(operand)
            if problem is not None:
                given, how = problem
                yield ReturnNotParameter(last.span, index=index, function=self._function.name, given=given, how=how)
                continue
            (root,) = self._roots_of(operand)
            if root in seen:
                yield ReturnedTwice(
                    last.span, function=self._function.name, name=root.name, first=seen[root], second=index
                )
            seen[root] = index

    def _unreturnable(self, operand: Operand) -> tuple[str, str] | None:
        """Why an operand cannot be a result, and what to do; None where it can."""
        if not isinstance(operand, Value) or not isinstance(operand.type, TensorType):
            if self._function.kind is FunctionKind.KERNEL:
                return "no tensor", "store the tile to an output and return that: `return pl.store(tile, [0, 0], out)`"
            return "no tensor", "return tensors"
        roots = self._roots_of(operand)
        if len(roots) != 1:
            names = " or ".join(sorted(f"`{root.name}`" for root in roots))
            return f"one of {names}, as run time chooses", "return one buffer on every path"
        (root,) = roots
        if root not in self._buffers():
            return f"a view, `{root.name}`", "return the whole tensor; a view can be passed on, not returned"
        return None

    def _buffers(self) -> set[Value]:
        parameters = {parameter.value for parameter in self._function.parameters}
        return parameters if self._function.kind is FunctionKind.KERNEL else parameters | set(self._created)

    def _roots_of(self, operand: Operand) -> frozenset[Value]:
        assert isinstance(operand, Value)
        return self._roots.get(operand, frozenset({operand}))

    def _outputs(self, call: Call) -> Iterator[Diagnostic]:
        """The outputs that a call leaves out are stored, returned and used."""
        callee = self._program.function(call.callee)
        returned = callee.body.statements[-1]
        assert isinstance(returned, Return)
        handles = _roots(callee)
        results = [
            root
            for operand in returned.values
            if isinstance(operand, Value)
            for root in handles.get(operand, {operand})
        ]
        for parameter, argument in zip(callee.parameters, call.arguments, strict=True):
            if not self._is_provided(call, argument):
                continue
            name, value = parameter.value.name, parameter.value
            if value not in results:
                yield OutputNotReturned(call.span, callee=callee.name, name=name)
            elif not self._is_used(argument, call):
                yield OutputDropped(call.span, callee=callee.name, name=name)
            path = missing_path(self._program, callee.body, partial(_stands_for, handles, value))
            if path is not None:
                note = Note(f"`{name}` is declared here", value.span)
                words = f"when {path}" if path else "at all"
                yield ConditionalOutput(call.span, [note], callee=callee.name, name=name, path=words)

    def _is_provided(self, call: Call, argument: Operand) -> bool:
        """The frontend makes provided buffers at the place of their call."""
        return isinstance(argument, Value) and argument in self._created and argument.span == call.span

    def _is_used(self, argument: Operand, call: Call) -> bool:
        return any(argument in operands_of(other) for other in walk(self._function.body) if other is not call)

    def _overlaps(self, call: Call) -> Iterator[Diagnostic]:
        """No byte that a call writes belongs to another of its arguments, as far as is known."""
        callee = self._program.function(call.callee)
        boxes: list[tuple[Parameter, Box]] = [
            (parameter, box_of(self._function, argument))
            for parameter, argument in zip(callee.parameters, call.arguments, strict=True)
            if isinstance(argument, Value) and isinstance(argument.type, TensorType)
        ]
        for index, (right, right_box) in enumerate(boxes):
            for left, left_box in boxes[:index]:
                written = [p for p in (left, right) if p.direction is not Direction.IN]
                if written and left_box.surely_meets(right_box):
                    yield ArgumentsOverlap(
                        call.span,
                        left=left.value.name,
                        right=right.value.name,
                        callee=callee.name,
                        written=written[0].value.name,
                    )


def _stands_for(roots: Mapping[Value, frozenset[Value]], value: Value, operand: Operand) -> bool:
    return isinstance(operand, Value) and value in roots.get(operand, {operand})


def _roots(function: Function) -> dict[Value, frozenset[Value]]:
    """For each tensor that a branch or a loop gives: the buffers and views it may stand for."""
    roots: dict[Value, frozenset[Value]] = {}

    def of(operand: Operand) -> frozenset[Value]:
        return roots.get(operand, frozenset({operand})) if isinstance(operand, Value) else frozenset()

    def join(target: Value, *operands: Operand) -> bool:
        if not isinstance(target.type, TensorType):
            return False
        before = roots.get(target, frozenset())
        roots[target] = before.union(*(of(operand) for operand in operands)) - {target}
        return roots[target] != before

    changed = True
    while changed:
        changed = False
        for statement in walk(function.body):
            if isinstance(statement, If):
                then, orelse = statement.then.statements[-1], statement.orelse.statements[-1]
                assert isinstance(then, Yield)
                assert isinstance(orelse, Yield)
                for target, left, right in zip(statement.results, then.values, orelse.values, strict=True):
                    changed |= join(target, left, right)
            elif isinstance(statement, For):
                last = statement.body.statements[-1]
                assert isinstance(last, Yield)
                for target, initial, following in zip(statement.carried, statement.initial, last.values, strict=True):
                    changed |= join(target, initial, following)
                for result, carried in zip(statement.results, statement.carried, strict=True):
                    changed |= join(result, carried)
    return roots
