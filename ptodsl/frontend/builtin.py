"""Python's own functions, on compile-time values only."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from types import BuiltinFunctionType
from typing import Any

from ptodsl.errors.names import NotCompileTime
from ptodsl.frontend import unsupported
from ptodsl.frontend.entities import Argument, Constant, Entity, is_poison, items_of, number_of
from ptodsl.frontend.state import State

_KNOWN: Mapping[Callable[..., Any], str] = {
    abs: "use `pl.abs` for a tile",
    float: "use `pl.cast(x, pl.FP32)`",
    int: "use `pl.cast(x, pl.INT32)`",
    len: "use `x.shape[0]`",
    max: "use `pl.max` for scalars, `pl.maximum` for tiles",
    min: "use `pl.min` for scalars, `pl.minimum` for tiles",
    sum: "add the items with `+`",
}
"""What is computed at compile time, and the remedy where an argument is known only at run time."""


def call(state: State, node: ast.Call, callee: Entity, arguments: Sequence[Argument]) -> Entity:
    """The compile-time value of a call of a builtin; raises `Mistake` for every other Python function."""
    if is_poison(callee):
        return callee
    value = callee.value if isinstance(callee, Constant) else None
    if isinstance(value, (type, BuiltinFunctionType)) and value in _KNOWN and not node.keywords:
        return Constant(_computed(state, node, value, arguments))
    raise unsupported.refuse_call(state, node, _name(value) or ast.unparse(node.func))


def _name(value: object) -> str:
    """What Python calls a function or class; empty for what has no name, or raises when asked."""
    try:
        return str(getattr(value, "__name__", ""))
    except Exception:
        return ""


def _computed(state: State, node: ast.Call, function: Callable[..., Any], arguments: Sequence[Argument]) -> object:
    name = ast.unparse(node.func)
    values = [_python(argument.entity) for argument in arguments]
    for value, argument in zip(values, arguments, strict=True):
        if value is None:
            what, given = f"an argument of Python's `{name}`", "a run-time value"
            raise state.fail(NotCompileTime, argument.span, what=what, given=given, how=_KNOWN[function])
    try:
        return function(*values)
    except Exception as error:
        what, given = f"`{ast.unparse(node)}`", str(error)
        raise state.fail(NotCompileTime, state.span(node), what=what, given=given, how="mend the call") from None


def _python(entity: Entity) -> object:
    """The number, or list of numbers, that an entity is; None where only run time knows it."""
    items = items_of(entity)
    if items is None:
        return number_of(entity)
    values = [_python(item) for item in items]
    return None if None in values else values
