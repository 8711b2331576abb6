"""Statements of a function's body."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from ptodsl.errors.names import CountsDiffer, ReturnMisplaced, Unsupported
from ptodsl.errors.types import AnnotationDiffers, ReassignedType
from ptodsl.frontend import branches, declarations, literals, loops, unsupported, usage
from ptodsl.frontend.entities import (
    Argument,
    Entity,
    arguments_of,
    describe,
    describe_type,
    is_poison,
    number_of,
    poison,
)
from ptodsl.frontend.expressions import argument
from ptodsl.frontend.expressions import lower as expression
from ptodsl.frontend.operators import BINARY, binary
from ptodsl.frontend.scope import Missing
from ptodsl.frontend.state import State
from ptodsl.ir.nodes import FunctionKind, Literal, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ScalarType, TensorType, TileType, Type
from ptodsl.ops.site import type_of


def lower_all(state: State, statements: list[ast.stmt]) -> None:
    """Statements in order; each mistake is reported, and the names that its statement assigns stand for errors."""
    for statement in statements:
        if not state.succeeds(partial(_lower, state, statement)):
            for name in usage.assigned([statement]):
                state.scope.bind(name, poison(state.span(statement), name))


def _lower(state: State, node: ast.stmt) -> None:
    match node:
        case ast.Assign(targets=[target], value=value):
            _assign(state, target, value)
        case ast.Assign():
            raise state.fail(Unsupported, state.span(node), what="`a = b = ...`", instead="assign on two lines")
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            _declare(state, node, name, value)
        case ast.AugAssign(target=ast.Name()):
            _augment(state, node)
        case ast.Expr(value=ast.Constant()) | ast.Pass():
            pass
        case ast.Expr(value=value):
            expression(state, value)
        case ast.If():
            branches.lower(state, node, lower_all)
        case ast.For():
            loops.lower(state, node, lower_all)
        case ast.Return():
            raise state.fail(ReturnMisplaced, state.span(node))
        case ast.AnnAssign() | ast.AugAssign():
            what = f"the assignment `{ast.unparse(node)}`"
            raise state.fail(Unsupported, state.span(node), what=what, instead="assign a value to a plain name")
        case _:
            raise unsupported.refuse(state, node)


def _assign(state: State, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        bind(state, target.id, Argument(expression(state, value, target.id), state.span(value)))
    else:
        _unpack(state, target, Argument(expression(state, value), state.span(value)))


_INSTEAD_OF_SUBSCRIPT: Mapping[FunctionKind, str] = {
    FunctionKind.KERNEL: "tiles are values: use `pl.store` into a tensor, or build a new tile",
    FunctionKind.ORCHESTRATION: "an element is set by `pl.write(tensor, [i, j], value)`, a window by a kernel",
}


def _unpack(state: State, target: ast.expr, value: Argument) -> None:
    match target:
        case ast.Name(id=name):
            bind(state, name, value)
        case ast.Tuple(elts=targets) | ast.List(elts=targets):
            items = _items(state, value, len(targets), state.span(target))
            for inner, item in zip(targets, items, strict=True):
                _unpack(state, inner, item)
        case ast.Subscript():
            instead = _INSTEAD_OF_SUBSCRIPT[state.kind]
            raise state.fail(Unsupported, state.span(target), what="assignment to a subscript", instead=instead)
        case _:
            what = f"assignment to `{ast.unparse(target)}`"
            raise state.fail(Unsupported, state.span(target), what=what, instead="assign to a plain name")


def _items(state: State, value: Argument, count: int, span: Span) -> tuple[Argument, ...]:
    """As many items as there are names."""
    if is_poison(value.entity):
        return (value,) * count
    items = arguments_of(value)
    if items is not None and len(items) == count:
        return items
    given = f"{len(items)} values" if items is not None else describe(value.entity)
    raise state.fail(CountsDiffer, span, names=f"{count} names", values=given, how="give each value one name")


def bind(state: State, name: str, value: Argument) -> None:
    """The assignment of one name, of the type that it had before."""
    before = state.scope.get(name)
    entity = value.entity
    if isinstance(before, (Value, Literal)):
        entity = _as_before(state, name, before, value)
    elif before is not None and not isinstance(before, Missing) and number_of(before) is not None:
        entity = _as_number(state, name, before, value)
    state.scope.bind(name, entity)


def _as_before(state: State, name: str, before: Value | Literal, value: Argument) -> Entity:
    """The value with the type that the name had; an error value where it has another."""
    type_ = type_of(before)
    entity = value.entity
    number = number_of(entity)
    if number is not None and isinstance(type_, ScalarType):
        entity = literals.literal(state, number, type_.dtype, value.span)
    if is_poison(entity) or is_poison(before):
        return entity
    if isinstance(entity, (Value, Literal)) and _agree(type_, type_of(entity)):
        return entity
    after = describe_type(type_of(entity)) if isinstance(entity, (Value, Literal)) else describe(entity)
    state.report(ReassignedType, value.span, name=name, before=describe_type(type_), after=after)
    return poison(value.span, name)


def _as_number(state: State, name: str, before: Entity, value: Argument) -> Entity:
    """Numbers of one kind may follow each other; what follows a number as a run-time value has its default dtype."""
    number, former = number_of(value.entity), number_of(before)
    assert former is not None
    if number is not None and type(number) is type(former):
        return value.entity
    typed = literals.literal(state, former, None, value.span)
    assert isinstance(typed, (Value, Literal))
    return _as_before(state, name, typed, value)


def _agree(left: Type, right: Type) -> bool:
    """Whether a name of one type may take a value of the other: a tile's memory and valid shape may change."""
    match left, right:
        case ScalarType(), ScalarType():
            return left == right
        case TensorType(), TensorType():
            return left == right
        case TileType(), TileType():
            return (left.shape, left.dtype) == (right.shape, right.dtype)
        case _:
            return False


def _declare(state: State, node: ast.AnnAssign, name: str, value: ast.expr) -> None:
    """`name: type = value`."""
    span = state.span(node.annotation)
    given = Argument(expression(state, value, name), state.span(value))
    declared = declarations.declared(state, declarations.evaluated(state, node.annotation), span).type
    bind(state, name, Argument(_typed(state, name, given, declared), given.span))


def _typed(state: State, name: str, value: Argument, declared: Type) -> Entity:
    """The value under its written type: a new one carries it, and types are compared where all types are checked."""
    entity = value.entity
    number = number_of(entity)
    if number is not None and isinstance(declared, ScalarType):
        entity = literals.literal(state, number, declared.dtype, value.span)
    if is_poison(entity):
        return entity
    if isinstance(entity, (Value, Literal)):
        type_ = type_of(entity)
        if _agree(declared, type_):
            return entity
        written = state.builder.declare(entity, _merged(declared, type_)) if isinstance(entity, Value) else None
        if written is not None:
            return written
    given = describe(entity)
    how = "change the declaration, or convert the value with `pl.cast`"
    state.report(AnnotationDiffers, value.span, name=name, declared=describe_type(declared), given=given, how=how)
    return poison(value.span, name)


def _merged(declared: Type, inferred: Type) -> Type:
    """The written type, with the memory that the op was told."""
    if isinstance(declared, TileType) and isinstance(inferred, TileType):
        return replace(declared, memory=inferred.memory)
    return declared


def _augment(state: State, node: ast.AugAssign) -> None:
    """`name op= value`."""
    assert isinstance(node.target, ast.Name)
    span = state.span(node)
    name = node.target.id
    read = ast.copy_location(ast.Name(name, ast.Load()), node.target)
    operands = argument(state, read), argument(state, node.value)
    entity = binary(state, BINARY[type(node.op)], *operands, span, name)
    bind(state, name, Argument(entity, span))
