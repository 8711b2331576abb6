"""The pass `check_outputs`: which buffer each result is, and that every one of them is meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
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
from ptodsl.ir.boxes import Box, forms_of, meet, whole
from ptodsl.ir.effects import effects, evidence
from ptodsl.ir.handles import Handle, handles_of
from ptodsl.ir.nodes import Call, Direction, For, Function, FunctionKind, If, Op, Operand, Program, Return, Value
from ptodsl.ir.rewrite import operands_of, walk
from ptodsl.ir.types import ErrorType, TensorType
from ptodsl.machine import Architecture
from ptodsl.passes import remedies
from ptodsl.passes.conditions import Conditions
from ptodsl.passes.stored import Stores, Way

DOES = {
    Direction.IN: ("In", "the body never stores to it", "leave the direction out, or store to it"),
    Direction.OUT: ("Out", "the body stores to it and reads nothing that it has not stored", "declare it Out"),
    Direction.INOUT: ("InOut", "the body stores to it and reads what the caller passed", "declare it InOut"),
}
"""A direction's word, what the body does to such a parameter, and what to write."""


@dataclass(frozen=True)
class CheckOutputs:
    """Checks directions, results, and the outputs and arguments of calls.

    Needs structurally sound IR as the frontend builds it. Gives the same program. Raises PtoError with every E03 of it.
    """

    name: ClassVar[str] = "check_outputs"

    def run(self, program: Program, architecture: Architecture | None = None) -> Program:
        """The same program, once every output is accounted for."""
        facts = {function: _Facts(function) for function in program.functions}
        mistakes = [found for function in program.functions for found in _Checker(program, function, facts).mistakes()]
        if mistakes:
            raise PtoError(mistakes)
        return program


@dataclass(frozen=True)
class _Facts:
    """What calls and results of a function depend on, each worked out when it is first asked for."""

    function: Function

    @cached_property
    def handles(self) -> dict[Value, frozenset[Handle]]:
        """The buffers that each tensor may be."""
        return handles_of(self.function, forms_of(self.function))

    @cached_property
    def created(self) -> frozenset[Value]:
        """The tensors that it makes."""
        ops = (statement for statement in walk(self.function.body) if isinstance(statement, Op))
        return frozenset(op.result for op in ops if op.name == "create_tensor")

    @cached_property
    def uses(self) -> Counter[Operand]:
        """How often each value is read."""
        return Counter(operand for statement in walk(self.function.body) for operand in operands_of(statement))

    @cached_property
    def returned(self) -> tuple[Operand, ...]:
        """The operands of its `return`."""
        last = self.function.body.statements[-1]
        assert isinstance(last, Return)
        return last.values

    @cached_property
    def unstored(self) -> dict[Value, Way | None]:
        """For each tensor parameter, a way through the body on which nothing stores to it."""
        conditions, body = Conditions(self.function), self.function.body
        parameters = [parameter.value for parameter in self.function.tensors]
        return {value: Stores(conditions, self.handles, value).missing(body) for value in parameters}

    def roots(self, operand: Operand) -> list[str]:
        """The names of the buffers that a tensor may be."""
        return (
            sorted({handle.root.name for handle in self.handles.get(operand, ())}) if isinstance(operand, Value) else []
        )


class _Checker:
    """The mistakes of one function."""

    def __init__(self, program: Program, function: Function, facts: Mapping[Function, _Facts]) -> None:
        self._program = program
        self._function = function
        self._all = facts
        self._facts = facts[function]

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
        """InOut may be declared of what the body only stores: the rest of the buffer is then the caller's."""
        actual = effects(self._function, self._program)
        for parameter in self._function.tensors:
            does, declared = actual[parameter.value], parameter.direction
            if does is not declared and (declared, does) != (Direction.INOUT, Direction.OUT):
                yield self._direction(parameter.value, declared, does)

    def _direction(self, parameter: Value, declared: Direction, does: Direction) -> Diagnostic:
        shown = evidence(self._function, self._program).get(parameter)
        what = "read before anything is surely stored there" if does is Direction.INOUT else "stored to here"
        notes = [Note(what, shown)] if shown is not None and does is not Direction.IN else []
        fields = {"declared": DOES[declared][0], "does": DOES[does][1], "how": DOES[does][2]}
        return DirectionDiffers(parameter.span, notes, name=parameter.name, function=self._function.name, **fields)

    def _merges(self) -> Iterator[Diagnostic]:
        """In a kernel a handle is one parameter on every path."""
        for statement in walk(self._function.body):
            if isinstance(statement, If | For):
                for value in statement.results:
                    roots = self._facts.roots(value)
                    if len(roots) > 1:
                        yield BuffersDiffer(statement.span, name=value.name, left=roots[0], right=roots[1])

    def _results(self) -> Iterator[Diagnostic]:
        span, name = self._function.body.statements[-1].span, self._function.name
        first: dict[Operand, int] = {}
        for index, operand in enumerate(self._facts.returned):
            if isinstance(operand, Value) and isinstance(operand.type, ErrorType):
                continue
            problem = self._unreturnable(operand)
            if problem is not None:
                given, how = problem
                yield ReturnNotParameter(span, index=index, function=name, given=given, how=how)
            elif operand in first:
                fields = {"name": remedies.written(operand), "first": first[operand], "second": index}
                yield ReturnedTwice(span, function=name, **fields)
            first.setdefault(operand, index)

    def _unreturnable(self, operand: Operand) -> tuple[str, str] | None:
        """Why an operand cannot be a result, and what to do; None where it can."""
        is_kernel = self._function.kind is FunctionKind.KERNEL
        if not isinstance(operand, Value) or not isinstance(operand.type, TensorType):
            return "no tensor", "store it to an output tensor and return that" if is_kernel else "return tensors"
        parameters = {parameter.value for parameter in self._function.tensors}
        if operand in parameters or (operand in self._facts.created and not is_kernel):
            return None
        roots = self._facts.roots(operand)
        if len(roots) > 1:
            names = " or ".join(f"`{root}`" for root in roots)
            return f"{names}, as run time chooses", "return one buffer on every path; a choice can only be passed on"
        return f"a part of `{roots[0]}`", f"return `{roots[0]}` itself; a view can only be passed on"

    def _outputs(self, call: Call) -> Iterator[Diagnostic]:
        """The outputs that a call leaves out are stored, returned, and at least one of them used."""
        callee = self._callee(call)
        pairs = list(zip(callee.function.parameters, call.arguments, strict=True))
        provided = [parameter.value for index, (parameter, _) in enumerate(pairs) if self._is_provided(call, index)]
        for parameter in provided:
            yield from self._provided(call, callee, parameter)
        written = [argument for parameter, argument in pairs if parameter.direction is not Direction.IN]
        results = [parameter.name for parameter in provided if parameter in callee.returned]
        if results and all(self._facts.uses[argument] == 1 for argument in written):
            yield OutputDropped(call.span, callee=call.callee, name=results[0])

    def _callee(self, call: Call) -> _Facts:
        return self._all[self._program.function(call.callee)]

    def _provided(self, call: Call, callee: _Facts, parameter: Value) -> Iterator[Diagnostic]:
        label = "`{}` is left out here" if call.span != callee.function.span else "a launch leaves `{}` out"
        fields = {"callee": call.callee, "name": parameter.name, "label": label.format(parameter.name)}
        declared = Note(f"`{parameter.name}` is declared here", parameter.span)
        broken = any(isinstance(operand, Value) and isinstance(operand.type, ErrorType) for operand in callee.returned)
        if parameter not in callee.returned and not broken:
            yield OutputNotReturned(call.span, [declared], **fields)
        way = callee.unstored[parameter]
        if way is not None:
            past = Note(f"from here on this path, nothing stores to `{parameter.name}`", way.place)
            yield ConditionalOutput(call.span, [past], path=str(way), **fields)

    def _is_provided(self, call: Call, index: int) -> bool:
        """Whether a call leaves an argument out: the frontend then makes a buffer and gives it the call's own place."""
        spans = call.argument_spans or (call.span,) * len(call.arguments)
        return call.arguments[index] in self._facts.created and spans[index] == call.span

    def _overlaps(self, call: Call) -> Iterator[Diagnostic]:
        """No byte that a call writes belongs to another of its arguments, as far as is known."""
        parameters = self._callee(call).function.parameters
        tensors = [
            (parameter, argument)
            for parameter, argument in zip(parameters, call.arguments, strict=True)
            if isinstance(argument, Value) and isinstance(argument.type, TensorType)
        ]
        for index, (right, passed) in enumerate(tensors):
            for left, other in tensors[:index]:
                written = [one.value.name for one in (left, right) if one.direction is not Direction.IN]
                if written and self._overlap(other, passed):
                    names = {"left": left.value.name, "right": right.value.name, "written": written[0]}
                    yield ArgumentsOverlap(call.span, callee=call.callee, **names)

    def _overlap(self, left: Value, right: Value) -> bool:
        """Whether two tensors surely share bytes."""
        if left is right:
            return True
        handles = [self._facts.handles.get(tensor, frozenset()) for tensor in (left, right)]
        if any(len(known) != 1 for known in handles):
            return False
        (mine,), (theirs,) = handles
        first, second = mine.box(_whole(left)), theirs.box(_whole(right))
        return mine.root is theirs.root and first is not None and second is not None and meet(first, second)


def _whole(tensor: Value) -> Box:
    assert isinstance(tensor.type, TensorType)
    return whole(tensor.type.shape)
