"""What ops mean, in double and in whole numbers, written without a look at how anything executes them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from ptodsl.interpreter.values import numpy_dtype
from ptodsl.ir.dtypes import DType
from ptodsl.ops.row import OpRow
from tests.st.op_cases import Array

Function: TypeAlias = Callable[..., Array]


def widened(values: Array) -> Array:
    """Floats as doubles, integers as Python's."""
    is_float = values.dtype.kind not in "iu"
    return values.astype(np.float64) if is_float else values.astype(object)


def wrapped(values: Array, dtype: DType) -> Array:
    """Whole numbers as an integer dtype holds them: modulo its size."""
    least, _ = dtype.range
    return (values - least) % (1 << dtype.bits) + least


def _quotient(left: Array, right: Array) -> Array:
    """Of floats the quotient, of integers it without its fraction, 0 where the divisor is 0."""
    if left.dtype != object:
        return np.asarray(left / right)
    dividends, divisors = np.broadcast_arrays(left, right)
    pairs = zip(numbers(dividends), numbers(divisors), strict=True)
    whole = [0 if b == 0 else abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1) for a, b in pairs]
    return np.array(whole, object).reshape(dividends.shape)


def numbers(values: Array) -> list[Any]:
    """The elements as Python's numbers, in order."""
    found: list[Any] = values.ravel().tolist()
    return found


def _reciprocal(source: Array) -> Array:
    return np.asarray(1.0 / source)


def _rsqrt(source: Array) -> Array:
    return np.asarray(1.0 / np.sqrt(source))


def _relu(source: Array) -> Array:
    return np.maximum(source, 0)


DEFINITIONS: Mapping[str, Function] = {
    "divide": _quotient,
    "reciprocal": _reciprocal,
    "rsqrt": _rsqrt,
    "relu": _relu,
}
"""By the row's `numpy`, where numpy has no function of that name, or one that means something else."""

ROUNDED_AGAIN = {"rsqrt": 1}
"""How many more steps a result may be off whose definition rounds on the way."""


def elementwise(row: OpRow) -> Function:
    """The definition of a row that works element by element."""
    found = DEFINITIONS.get(row.numpy, getattr(np, row.numpy, None))
    assert found is not None, (
        f"`{row.name}`: numpy has no function `{row.numpy}`; add its meaning to DEFINITIONS in {__file__}"
    )
    return found


def applied(row: OpRow, dtype: DType, *operands: Array) -> Array:
    """The result of an elementwise row by its definition; integers wrapped."""
    with np.errstate(all="ignore"):
        values = elementwise(row)(*(widened(operand) for operand in operands))
    return values if dtype.is_float else wrapped(values, dtype)


def steps_of(row: OpRow) -> int:
    """How many neighbours away from its definition an elementwise row's result may be."""
    return math.ceil(row.numerics.ulp) + ROUNDED_AGAIN.get(row.numpy, 0)


def _whole(value: Fraction, mode: str) -> int:
    """A number as a whole one, by rounding mode."""
    down, rest = math.floor(value), value - math.floor(value)
    half = Fraction(1, 2)
    up = {
        "rint": rest > half or (rest == half and down % 2 == 1),
        "round": rest > half or (rest == half and value > 0),
        "floor": False,
        "ceil": rest > 0,
        "trunc": rest > 0 and value < 0,
        "odd": rest > 0 and down % 2 == 0,
    }[mode]
    return down + up


def _power_of_two(exponent: int) -> Fraction:
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


def _unit(value: Fraction, dtype: DType) -> Fraction:
    """The distance between neighbours of a float dtype around a number that is not 0."""
    size = abs(value)
    guess = size.numerator.bit_length() - size.denominator.bit_length()
    exponent = guess if size >= _power_of_two(guess) else guess - 1
    unit: Fraction = _power_of_two(max(exponent, 2 - (1 << (dtype.exponent - 1))) - dtype.mantissa)
    return unit


def _largest(dtype: DType) -> Fraction:
    return (Fraction(2) - Fraction(1, 1 << dtype.mantissa)) * _power_of_two((1 << (dtype.exponent - 1)) - 1)


def _converted(value: float, dtype: DType, mode: str) -> float:
    """One number in another dtype."""
    if math.isnan(value):
        return math.nan if dtype.is_float else 0
    if math.isinf(value) and dtype.bits == 32 and dtype.is_float:
        return value
    least, greatest = (-_largest(dtype), _largest(dtype)) if dtype.is_float else map(Fraction, dtype.range)
    if math.isinf(value):
        return _number(greatest if value > 0 else least, dtype)
    exact = Fraction(value)
    unit = _unit(exact, dtype) if dtype.is_float and exact else Fraction(1)
    return _number(min(max(_whole(exact / unit, mode) * unit, least), greatest), dtype)


def _number(value: Fraction, dtype: DType) -> float:
    return float(value) if dtype.is_float else int(value)


def cast(source: Array, given: DType, target: DType, mode: str) -> Array:
    """Elements in another dtype: rounded once, saturated, NaN 0 in integers."""
    if given is target:
        return widened(source)
    default = "trunc" if given.is_float and not target.is_float else "rint"
    rounding = default if mode in ("", "none") else mode
    values = [_converted(value, target, rounding) for value in numbers(widened(source))]
    return np.array(values, np.float64 if target.is_float else object).reshape(source.shape)


def in_dtype(values: Array, dtype: DType) -> Array:
    """Wide results as the dtype holds them, to nearest even."""
    with np.errstate(over="ignore"):
        return values.astype(numpy_dtype(dtype))
