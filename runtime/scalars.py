"""Numbers as the bits of an argument slot."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np

from ptodsl.ir.dtypes import DType, Kind

_SIGN_BITS = 64


class WrongKind(Exception):
    """A value that is no number of the dtype's kind."""


class OutOfRange(Exception):
    """A number that the dtype cannot hold."""


def slot_bits(value: object, dtype: DType) -> int:
    """The signed 64-bit number that passes a scalar: integers as they are, BOOL as 0 or 1, floats by bit pattern.

    BOOL takes bool, integers take integers in range, floats take floats, rounded to nearest even, and integers that
    they hold exactly. Infinities and NaN pass; a finite number that would become infinite is out of range.
    """
    number = _plain(value)
    match dtype.kind:
        case Kind.BOOL:
            return int(_bool(number))
        case Kind.FLOAT:
            return float_bits(_float(number, dtype), dtype)
        case _:
            return _signed(_integer(number, dtype))


def float_bits(value: float, dtype: DType) -> int:
    """The bit pattern of a number in a float dtype, in the low bits. Raises OutOfRange."""
    if math.isnan(value):
        return _all_ones(dtype.exponent + 1) << (dtype.mantissa - 1)
    sign = int(math.copysign(1.0, value) < 0) << (dtype.bits - 1)
    infinity = _all_ones(dtype.exponent) << dtype.mantissa
    if math.isinf(value):
        return sign | infinity
    magnitude = _rounded(abs(value), dtype)
    if magnitude >= infinity:
        raise OutOfRange
    return sign | magnitude


def _rounded(value: float, dtype: DType) -> int:
    """The pattern of a finite number without its sign, rounded to nearest even; too large a one runs past infinity's.

    The number is counted in units of the last place of its own binade, or of the subnormals below the first one. A
    carry out of the mantissa then raises the exponent by itself.
    """
    bias = _all_ones(dtype.exponent - 1)
    exponent = max(math.frexp(value)[1] - 1, 1 - bias)
    units = round(math.ldexp(value, dtype.mantissa - exponent))
    return units + ((exponent + bias - 1) << dtype.mantissa) if value else 0


def _all_ones(bits: int) -> int:
    return (1 << bits) - 1


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise WrongKind


def _integer(value: object, dtype: DType) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongKind
    least, greatest = dtype.range
    if not least <= value <= greatest:
        raise OutOfRange
    return value


def _float(value: object, dtype: DType) -> float:
    if isinstance(value, float):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return _exact(value, dtype)
    raise WrongKind


def _plain(value: object) -> object:
    """A number as Python's own; one of numpy keeps its kind, so that an integer of numpy's is no float."""
    if not isinstance(value, np.generic):
        return value
    number: object = cast("Any", value).item()
    return number


def _exact(value: int, dtype: DType) -> float:
    """An integer as the float that it is; one that would be rounded is out of range, as in the language."""
    digits = abs(value) // (abs(value) & -abs(value)) if value else 0
    if digits.bit_length() > dtype.mantissa + 1 or abs(value).bit_length() > _all_ones(dtype.exponent - 1) + 1:
        raise OutOfRange
    return float(value)


def _signed(value: int) -> int:
    """The same 64 bits as a signed number."""
    return value - (1 << _SIGN_BITS) if value >> (_SIGN_BITS - 1) > 0 else value
