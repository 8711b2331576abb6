"""The first line of a loop: `for i, (acc,) in pl.range(start, stop, step, init_values=(x,))`."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from ptodsl import language
from ptodsl.errors.names import CountsDiffer, Unsupported
from ptodsl.frontend import literals, usage
from ptodsl.frontend.entities import Argument, Constant, Entity, arguments_of, describe, number_of
from ptodsl.frontend.expressions import argument
from ptodsl.frontend.expressions import lower as expression
from ptodsl.frontend.state import State
from ptodsl.ir.nodes import Literal, Operand
from ptodsl.ir.span import Span
from ptodsl.ir.types import ScalarType, TensorType, TileType
from ptodsl.ops.site import type_of


@dataclass(frozen=True)
class Head:
    """What the loop's first line says."""

    index: str
    bounds: tuple[Operand, Operand, Operand]
    explicit: tuple[str, ...]
    initial: tuple[Argument, ...]
    trips: int | None
    """The number of iterations, where it is known at compile time."""


def loop_head(state: State, node: ast.For) -> Head:
    """What the first line of a loop says; raises `Mistake`."""
    if node.orelse:
        raise state.fail(
            Unsupported, state.span(node.orelse[0]), what="`else` of a loop", instead="put it after the loop"
        )
    call = _range_call(state, node)
    index, explicit = _targets(state, node.target)
    arguments = [argument(state, bound) for bound in call.args]
    initial = _initial(state, call)
    if len(initial) != len(explicit):
        how = "name each carried value: `for i, (a, b) in pl.range(n, init_values=(x, y))`"
        names, values = f"{len(explicit)} names", f"{len(initial)} `init_values`"
        raise state.fail(CountsDiffer, state.span(node.target), names=names, values=values, how=how)
    bounds = _bounds(state, call, arguments)
    return Head(index, bounds, explicit, initial, _trips(bounds))


def _range_call(state: State, node: ast.For) -> ast.Call:
    match node.iter:
        case ast.Call(func=func) as call if _is_range(expression(state, func)):
            return call
        case _:
            instead = "loop with `for i in pl.range(stop)`, `pl.range(start, stop)` or `pl.range(start, stop, step)`"
            what = f"a loop over `{ast.unparse(node.iter)}`"
            raise state.fail(Unsupported, state.span(node.iter), what=what, instead=instead)


def _is_range(callee: Entity) -> bool:
    return isinstance(callee, Constant) and callee.value is language.range


def _targets(state: State, target: ast.expr) -> tuple[str, tuple[str, ...]]:
    """The loop variable, and the names of written carries."""
    match target:
        case ast.Name(id=name):
            return name, ()
        case ast.Tuple(elts=[ast.Name(id=name), ast.Tuple(elts=names)]) if all(isinstance(n, ast.Name) for n in names):
            return name, tuple(usage.target_names(target)[1:])
        case _:
            instead = "write `for i in ...` or `for i, (a, b) in pl.range(n, init_values=(x, y))`"
            raise state.fail(Unsupported, state.span(target), what="this loop variable", instead=instead)


def _initial(state: State, call: ast.Call) -> tuple[Argument, ...]:
    """The arguments of `init_values`."""
    for keyword in call.keywords:
        if keyword.arg != "init_values":
            what = f"the argument `{keyword.arg}` of `pl.range`"
            raise state.fail(Unsupported, state.span(keyword), what=what, instead="it takes bounds and `init_values`")
        given = argument(state, keyword.value)
        return arguments_of(given) or (given,)
    return ()


def _bounds(state: State, call: ast.Call, arguments: Sequence[Argument]) -> tuple[Operand, Operand, Operand]:
    """Start, stop and step."""
    span = state.span(call)
    if not 1 <= len(arguments) <= 3:
        how = "write `pl.range(stop)`, `pl.range(start, stop)` or `pl.range(start, stop, step)`"
        raise state.fail(CountsDiffer, span, names="`pl.range`", values=f"{len(arguments)} bounds", how=how)
    start, stop, step = _three(arguments, span)
    if number_of(step.entity) == 0:
        raise state.fail(Unsupported, step.span, what="a step of 0", instead="step by at least 1, or at most -1")
    return (_bound(state, start), _bound(state, stop), _bound(state, step))


def _three(arguments: Sequence[Argument], span: Span) -> tuple[Argument, Argument, Argument]:
    zero, one = Argument(Constant(0), span), Argument(Constant(1), span)
    if len(arguments) == 1:
        return zero, arguments[0], one
    return arguments[0], arguments[1], arguments[2] if len(arguments) == 3 else one


def _bound(state: State, bound: Argument) -> Operand:
    operand = literals.operand(state, bound, None, "`pl.range`")
    type_ = type_of(operand)
    if isinstance(type_, (TensorType, TileType)) or (isinstance(type_, ScalarType) and not type_.dtype.is_integer):
        what, instead = f"a loop bound of {describe(operand)}", "give an integer scalar"
        raise state.fail(Unsupported, bound.span, what=what, instead=instead)
    return operand


def _trips(bounds: tuple[Operand, Operand, Operand]) -> int | None:
    """The number of iterations between literals."""
    values = [int(bound.value) for bound in bounds if isinstance(bound, Literal)]
    return len(range(*values)) if len(values) == 3 else None
