"""Calls of kernels: arguments to parameters, provided outputs, and results by identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ptodsl.errors.names import ArgumentMissing, ArgumentUnexpected
from ptodsl.frontend import literals
from ptodsl.frontend.entities import Argument, Constant, Entity, Items, poison, spelled
from ptodsl.frontend.state import State
from ptodsl.ir.nodes import Call, Direction, Function, Literal, Operand, Parameter, Return, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType, TensorType, TileType


def submit(
    state: State, callee: Function, positional: Sequence[Argument], keywords: Mapping[str, Argument], span: Span
) -> Entity:
    """The call and what it gives: the buffers that the results are, passed or provided."""
    bound = _bind(state, callee, positional, keywords)
    _check_complete(state, callee, bound, span)
    operands = tuple(
        _operand(state, callee, parameter, bound[parameter.value.name])
        if parameter.value.name in bound
        else provide(state, parameter, span)
        for parameter in callee.parameters
    )
    spans = tuple(
        bound[name].span if name in bound else span
        for name in (parameter.value.name for parameter in callee.parameters)
    )
    state.builder.emit(Call(callee.name, operands, span, spans))
    results = tuple(_result(callee, value, operands, span) for value in returned(callee))
    if not results:
        return Constant(None)
    return results[0] if len(results) == 1 else Items(results)


def provide(state: State, parameter: Parameter, span: Span) -> Operand:
    """A fresh buffer for an output that the call leaves out."""
    type_ = parameter.value.type
    if not isinstance(type_, TensorType):
        return poison(span, parameter.value.name)
    return state.builder.create(type_, span, parameter.value.name)


def optional_from(callee: Function) -> int:
    """The position from which on parameters are outputs that a call may leave out."""
    count = len(callee.parameters)
    while count and callee.parameters[count - 1].direction is Direction.OUT:
        count -= 1
    return count


def returned(callee: Function) -> tuple[Operand, ...]:
    """The values that a function returns."""
    last = callee.body.statements[-1]
    assert isinstance(last, Return)
    return last.values


def signature(callee: Function) -> str:
    """A function's parameters with their types and directions, as messages show them."""
    texts = (_parameter_text(parameter) for parameter in callee.parameters)
    return f"its parameters are `{callee.name}({', '.join(texts)})`"


def _parameter_text(parameter: Parameter) -> str:
    words = {Direction.IN: "{}", Direction.OUT: "Out[{}]", Direction.INOUT: "InOut[{}]"}[parameter.direction]
    type_ = parameter.value.type
    text = "?" if isinstance(type_, (ErrorType, TileType)) else spelled(type_)
    return f"{parameter.value.name}: {words.format(text)}"


def _bind(
    state: State, callee: Function, positional: Sequence[Argument], keywords: Mapping[str, Argument]
) -> dict[str, Argument]:
    """Each argument at the name of its parameter."""
    names = [parameter.value.name for parameter in callee.parameters]
    if len(positional) > len(names):
        problem = f"takes {len(names)} arguments, this gives {len(positional)}"
        raise _unexpected(state, callee, problem, positional[len(names)].span)
    bound = dict(zip(names, positional, strict=False))
    for keyword, argument in keywords.items():
        if keyword not in names:
            raise _unexpected(state, callee, f"has no parameter `{keyword}`", argument.span)
        if keyword in bound:
            raise _unexpected(state, callee, f"got `{keyword}` twice", argument.span)
        bound[keyword] = argument
    return bound


def _unexpected(state: State, callee: Function, problem: str, span: Span) -> Exception:
    return state.fail(ArgumentUnexpected, span, callee=callee.name, problem=problem, signature=signature(callee))


def _check_complete(state: State, callee: Function, bound: Mapping[str, Argument], span: Span) -> None:
    """Only trailing outputs may be left out."""
    for position, parameter in enumerate(callee.parameters):
        name = parameter.value.name
        if name not in bound and position < optional_from(callee):
            raise state.fail(ArgumentMissing, span, callee=callee.name, parameter=name, signature=signature(callee))


def _operand(state: State, callee: Function, parameter: Parameter, argument: Argument) -> Operand:
    type_ = parameter.value.type
    like = None if isinstance(type_, ErrorType) else type_.dtype
    given = state.attempt(lambda: literals.operand(state, argument, like, f"`{callee.name}`"))
    return poison(argument.span) if given is None else given


def _result(callee: Function, value: Operand, operands: tuple[Operand, ...], span: Span) -> Entity:
    """The argument whose parameter a callee returns."""
    for parameter, operand in zip(callee.parameters, operands, strict=True):
        if parameter.value is value and not isinstance(operand, Literal):
            return operand
    return poison(span, value.name if isinstance(value, Value) else "")
