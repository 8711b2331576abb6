"""Conditions: what may be one, how they combine, and how messages word them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from ptodsl.errors.types import ConditionRefused
from ptodsl.frontend import literals
from ptodsl.frontend.entities import Argument, Constant, Entity, describe, is_poison, kind_of, number_of
from ptodsl.frontend.state import State
from ptodsl.ir.dtypes import BOOL, INDEX
from ptodsl.ir.nodes import Block, If, Literal, Op, Operand, Statement, Value, Yield
from ptodsl.ir.span import Span
from ptodsl.ir.types import ScalarType
from ptodsl.ops.row import OperandKind
from ptodsl.ops.site import type_of

_OPPOSITE: Mapping[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: ">=",
    ast.LtE: ">",
    ast.Gt: "<=",
    ast.GtE: "<",
}


def wording(test: ast.expr) -> str:
    """A condition as the user wrote it."""
    return ast.unparse(test)


def opposite(test: ast.expr) -> str:
    """The words for a condition that does not hold."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ast.unparse(operand)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPPOSITE:
            return f"{ast.unparse(left)} {_OPPOSITE[type(op)]} {ast.unparse(right)}"
        case ast.BoolOp():
            return f"not ({ast.unparse(test)})"
        case _:
            return f"not {ast.unparse(test)}"


def known(argument: Argument) -> bool | None:
    """The truth of a compile-time condition; None where only run time knows it."""
    entity = argument.entity
    if isinstance(entity, Literal) and not isinstance(entity.value, float):
        return bool(entity.value)
    number = number_of(entity)
    return None if number is None or isinstance(number, float) else bool(number)


def operand(state: State, argument: Argument) -> Operand:
    """A condition as an operand. Scalars of other dtypes than a condition's are reported where types are checked."""
    if is_poison(argument.entity) or kind_of(argument.entity) is OperandKind.SCALAR:
        return literals.operand(state, argument, None, "a condition")
    how = "compare numbers: `n > 0`; a tile or tensor has no truth of its own"
    raise state.fail(ConditionRefused, argument.span, given=describe(argument.entity), how=how)


def negated(state: State, argument: Argument, span: Span, label: str) -> Entity:
    """`not x`."""
    truth = known(argument)
    if truth is not None:
        return Constant(not truth)
    return state.builder.op("scalar.not", ((operand(state, argument),),), {}, span, label=label)


def combined(
    state: State, left: Argument, right: Callable[[], Argument], span: Span, *, is_and: bool, label: str = ""
) -> Entity:
    """`left and right` or `left or right`; the right side runs only when needed if it could fail."""
    truth = known(left)
    if truth is not None:
        return right().entity if truth is is_and else Constant(truth)
    first = operand(state, left)
    with state.builder.block() as statements:
        second_argument = right()
        second = operand(state, second_argument)
        if not all(_is_total(statement) for statement in statements):
            second = _as_bool(state, second, second_argument.span)
    if all(_is_total(statement) for statement in statements):
        for statement in statements:
            state.builder.emit(statement)
        name = "scalar.and" if is_and else "scalar.or"
        return state.builder.op(name, ((first,), (second,)), {}, span, label=label)
    return _branched(state, first, statements, second, span, is_and=is_and, label=label)


def _is_total(statement: Statement) -> bool:
    """Whether running it can neither fail nor cost: what gives BOOL from scalars."""
    if not isinstance(statement, Op):
        return False
    scalars = all(isinstance(type_of(operand), ScalarType) for group in statement.operands for operand in group)
    return scalars and all(result.type == ScalarType(BOOL) for result in statement.results)


def _as_bool(state: State, value: Operand, span: Span) -> Operand:
    type_ = type_of(value)
    if not isinstance(type_, ScalarType) or type_.dtype is BOOL:
        return value
    zero = Literal(0, type_.dtype if type_.dtype.is_integer else INDEX, span)
    return state.builder.op("scalar.ne", ((value,), (zero,)), {}, span)


def _branched(
    state: State, first: Operand, statements: list[Statement], second: Operand, span: Span, *, is_and: bool, label: str
) -> Value:
    result = Value(label, ScalarType(BOOL), span)
    evaluated = Block((*statements, Yield((second,), span)))
    settled = Block((Yield((Literal(not is_and, BOOL, span),), span),))
    then, orelse = (evaluated, settled) if is_and else (settled, evaluated)
    state.builder.emit(If(first, then, orelse, (result,), span))
    return result
