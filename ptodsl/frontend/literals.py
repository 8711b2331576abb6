"""Compile-time numbers as typed literals."""

from __future__ import annotations

import math

from ptodsl.errors.names import NotAValue
from ptodsl.errors.types import LiteralOutOfRange
from ptodsl.frontend.entities import Argument, Number, describe, number_of, poison
from ptodsl.frontend.state import State
from ptodsl.ir.dtypes import BOOL, FP32, INDEX, DType
from ptodsl.ir.literals import rounded
from ptodsl.ir.nodes import Literal, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ScalarType


def operand(state: State, argument: Argument, like: DType | None, user: str) -> Operand:
    """The IR operand that an argument is; a constant becomes a literal of `like`, or of its kind's default dtype."""
    entity = argument.entity
    if isinstance(entity, (Value, Literal)):
        return entity
    number = number_of(entity)
    if number is None:
        how = "give a number, a tile or a tensor"
        raise state.fail(NotAValue, argument.span, given=describe(entity), user=user, how=how)
    return literal(state, number, like, argument.span)


def literal(state: State, number: Number, like: DType | None, span: Span) -> Operand:
    """A literal, checked against its dtype; an error value where the dtype cannot hold it."""
    dtype = dtype_for(number, like)
    value = in_dtype(number, dtype)
    if value is not None:
        return Literal(value, dtype, span)
    state.report(LiteralOutOfRange, span, value=number, dtype=dtype, how=_remedy(number, dtype))
    return poison(span)


def dtype_for(number: Number, like: DType | None) -> DType:
    """The dtype that a number takes beside one of dtype `like`. BOOL is not a number: neither takes the other's."""
    if isinstance(number, bool):
        return BOOL
    default = FP32 if isinstance(number, float) else INDEX
    return default if like is None or like is BOOL else like


def in_dtype(number: Number, dtype: DType) -> int | float | bool | None:
    """The number in a dtype; None where it is out of range, inexact though an integer, or a float for an integer."""
    if dtype is BOOL:
        return number if isinstance(number, bool) else None
    if not dtype.is_float:
        low, high = dtype.range
        return number if not isinstance(number, float) and low <= number <= high else None
    if isinstance(number, float):
        return _rounded_float(number, dtype)
    return _exact_float(number, dtype)


def _rounded_float(number: float, dtype: DType) -> float | None:
    near = rounded(number, dtype)
    overflows = math.isinf(near) and not math.isinf(number)
    vanishes = near == 0.0 and number != 0.0
    return None if overflows or vanishes else near


def _exact_float(number: int, dtype: DType) -> float | None:
    try:
        near = rounded(float(number), dtype)
    except OverflowError:
        return None
    return near if not math.isinf(near) and int(near) == number else None


def _remedy(number: Number, dtype: DType) -> str:
    if isinstance(number, float) and not dtype.is_float:
        return (
            f"write an integer, or convert the other operand to a float dtype: nothing is rounded to {dtype} by itself"
        )
    if dtype.is_float:
        return f"{dtype} has {dtype.mantissa + 1} bits of precision and {dtype.exponent} of exponent; use a wider dtype"
    low, high = dtype.range
    return f"{dtype} holds {low} to {high}"


def scalar_dtype(argument: Argument) -> DType | None:
    """The dtype of a scalar that has one; None for an untyped constant and for what is no scalar."""
    match argument.entity:
        case Literal(dtype=dtype) | Value(type=ScalarType(dtype=dtype)):
            return dtype
        case _:
            return None
