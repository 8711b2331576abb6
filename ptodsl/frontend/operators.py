"""Python's operators, as ops on scalars and tiles."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ptodsl.errors.names import OperatorUndefined
from ptodsl.errors.types import IntegerDivision
from ptodsl.frontend import calls, literals
from ptodsl.frontend.entities import MOST_BITS, Argument, Constant, Entity, describe, fits, is_poison, number_of, poison
from ptodsl.frontend.literals import scalar_dtype
from ptodsl.frontend.state import Mistake, State
from ptodsl.ir.nodes import FunctionKind, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import TileType
from ptodsl.ops.row import OperandKind


@dataclass(frozen=True)
class Operator:
    """An operator of Python: its symbol, what Python computes, the spelling for tiles and the row for scalars."""

    symbol: str
    python: Any = None
    tiles: str = ""
    scalars: str = ""
    instead: str = "compute it in Python around the function, or from the operators and `pl` ops there are"


BINARY: Mapping[type[ast.operator], Operator] = {
    ast.Add: Operator("+", operator.add, "add", "scalar.add"),
    ast.Sub: Operator("-", operator.sub, "sub", "scalar.sub"),
    ast.Mult: Operator("*", operator.mul, "mul", "scalar.mul"),
    ast.Div: Operator("/", operator.truediv, "div", "scalar.div"),
    ast.FloorDiv: Operator("//", operator.floordiv, scalars="scalar.floordiv", instead="use `/` on tiles of floats"),
    ast.Mod: Operator("%", operator.mod, scalars="scalar.mod"),
    ast.Pow: Operator("**", operator.pow, instead="multiply, or use `pl.exp` and `pl.log`"),
    ast.MatMult: Operator("@", operator.matmul, instead="write `pl.matmul(a, b)`"),
    ast.LShift: Operator("<<", operator.lshift, instead="multiply by a power of two"),
    ast.RShift: Operator(">>", operator.rshift, instead="use `//` with a power of two"),
    ast.BitAnd: Operator("&", operator.and_, instead="use `and` for conditions"),
    ast.BitOr: Operator("|", operator.or_, instead="use `or` for conditions"),
    ast.BitXor: Operator("^", operator.xor, instead="use `!=` for conditions"),
}

_NO_MASKS = "compare scalars; on tiles, `pl.maximum` and `pl.minimum` choose element by element"

COMPARISONS: Mapping[type[ast.cmpop], Operator] = {
    ast.Eq: Operator("==", operator.eq, scalars="scalar.eq", instead=_NO_MASKS),
    ast.NotEq: Operator("!=", operator.ne, scalars="scalar.ne", instead=_NO_MASKS),
    ast.Lt: Operator("<", operator.lt, scalars="scalar.lt", instead=_NO_MASKS),
    ast.LtE: Operator("<=", operator.le, scalars="scalar.le", instead=_NO_MASKS),
    ast.Gt: Operator(">", operator.gt, scalars="scalar.gt", instead=_NO_MASKS),
    ast.GtE: Operator(">=", operator.ge, scalars="scalar.ge", instead=_NO_MASKS),
    ast.Is: Operator("is", instead="use `==`"),
    ast.IsNot: Operator("is not", instead="use `!=`"),
    ast.In: Operator("in", instead="compare with each item"),
    ast.NotIn: Operator("not in", instead="compare with each item"),
}


def binary(state: State, op: Operator, left: Argument, right: Argument, span: Span, label: str = "") -> Entity:
    """`left op right`."""
    if is_poison(left.entity) or is_poison(right.entity):
        return poison(span, label)
    first, second = number_of(left.entity), number_of(right.entity)
    if first is not None and second is not None and op.python is not None:
        return Constant(_python(state, op, (first, left), (second, right), span))
    if op.tiles and (_is_tile(left) or _is_tile(right)):
        return _on_tiles(state, op, left, right, span, label)
    if op.scalars and _is_scalar(left) and _is_scalar(right):
        return scalar(state, op, left, right, span, label)
    raise undefined(state, op, span, left, right)


def scalar(state: State, op: Operator, left: Argument, right: Argument, span: Span, label: str = "") -> Operand:
    """The op of an operator on two scalars, an untyped one taking the other's dtype."""
    user = f"`{op.symbol}`"
    operands = (
        (literals.operand(state, left, scalar_dtype(right), user),),
        (literals.operand(state, right, scalar_dtype(left), user),),
    )
    return state.builder.op(op.scalars, operands, {}, span, label=label)


def negative(state: State, argument: Argument, span: Span, label: str = "") -> Entity:
    """`-x`."""
    number = number_of(argument.entity)
    if number is not None:
        return Constant(-number)
    if is_poison(argument.entity):
        return poison(span, label)
    if _is_tile(argument):
        return calls.apply(state, "neg", (argument,), {}, span, label)
    if not _is_scalar(argument):
        raise undefined(state, _MINUS, span, argument)
    operand = literals.operand(state, argument, None, "`-`")
    return state.builder.op("scalar.neg", ((operand,),), {}, span, label=label)


_MINUS = Operator("-", operator.sub)


def undefined(state: State, op: Operator, span: Span, *operands: Argument) -> Mistake:
    """The mistake for an operator between operands that it has no meaning for."""
    described = " and ".join(describe(argument.entity) for argument in operands)
    return state.fail(
        OperatorUndefined, span, operator=op.symbol, operands=described, how=_instead(state, op, operands)
    )


_ON_TENSORS: Mapping[FunctionKind, str] = {
    FunctionKind.KERNEL: "load a tensor into a tile first: `pl.load(tensor, [0, 0], [rows, columns])`",
    FunctionKind.ORCHESTRATION: "compute with tensors in a kernel and call it here; one element is `pl.read(x, [i])`",
}


def _instead(state: State, op: Operator, operands: tuple[Argument, ...]) -> str:
    if any(fits(argument.entity, OperandKind.TENSOR) for argument in operands):
        return _ON_TENSORS[state.kind]
    return op.instead


def _python(
    state: State, op: Operator, left: tuple[float, Argument], right: tuple[float, Argument], span: Span
) -> object:
    """What Python computes; `/` between ints is refused as between any integers."""
    integers = isinstance(left[0], int) and isinstance(right[0], int)
    if op.symbol == "/" and integers:
        raise state.fail(IntegerDivision, span, left=left[0], right=right[0])
    try:
        if _is_giant(op, left[0], right[0]):
            raise ValueError(f"the result has more than {MOST_BITS} bits")
        return op.python(left[0], right[0])
    except (ArithmeticError, ValueError, TypeError) as error:
        how = f"Python says: {error}"
        raise state.fail(
            OperatorUndefined, span, operator=op.symbol, operands=f"{left[0]} and {right[0]}", how=how
        ) from None


def _is_giant(op: Operator, left: float, right: float) -> bool:
    """Whether a power or a shift would keep Python busy, or out of memory."""
    if not isinstance(left, int) or not isinstance(right, int) or right <= 0:
        return False
    bits = {"**": (abs(left).bit_length() - 1) * right, "<<": left.bit_length() + right}
    return bits.get(op.symbol, 0) > MOST_BITS


def _is_tile(argument: Argument) -> bool:
    return fits(argument.entity, OperandKind.TILE)


def _is_scalar(argument: Argument) -> bool:
    return fits(argument.entity, OperandKind.SCALAR)


def _on_tiles(state: State, op: Operator, left: Argument, right: Argument, span: Span, label: str) -> Entity:
    """An operator with a tile: two tiles, a tile and a scalar, or a scalar and a tile by an equal op."""
    if _is_tile(left) and (_is_tile(right) or _is_scalar(right)):
        return calls.apply(state, op.tiles, (left, right), {}, span, label)
    if not _is_scalar(left):
        raise undefined(state, op, span, left, right)
    return _REFLECTED[op.tiles](state, op, left, right, span, label)


def _exchanged(state: State, op: Operator, left: Argument, right: Argument, span: Span, label: str) -> Entity:
    return calls.apply(state, op.tiles, (right, left), {}, span, label)


def _subtracted(state: State, _: Operator, left: Argument, right: Argument, span: Span, label: str) -> Entity:
    """`s - x` is `-x + s`, to the bit."""
    negated = calls.apply(state, "neg", (right,), {}, span)
    return calls.apply(state, "add", (Argument(negated, span), left), {}, span, label)


def _divided(state: State, op: Operator, left: Argument, right: Argument, span: Span, label: str) -> Entity:
    """`1 / x` is the reciprocal; another dividend is filled into a tile."""
    if number_of(left.entity) == 1:
        return calls.apply(state, "recip", (right,), {}, span, label)
    tile = right.entity
    assert isinstance(tile, Value)
    assert isinstance(tile.type, TileType)
    shape, dtype = (Argument(Constant(value), span) for value in (tile.type.shape, tile.type.dtype))
    filled = calls.apply(state, "full", (shape, dtype, left), {}, span)
    return calls.apply(state, op.tiles, (Argument(filled, span), right), {}, span, label)


_REFLECTED: Mapping[str, Callable[[State, Operator, Argument, Argument, Span, str], Entity]] = {
    "add": _exchanged,
    "mul": _exchanged,
    "sub": _subtracted,
    "div": _divided,
}
