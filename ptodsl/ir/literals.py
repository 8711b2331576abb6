"""Numbers as IR text spells them, and back to the same bits."""

from __future__ import annotations

import math
import re
from math import frexp, isfinite, isinf, isnan, ldexp

from ptodsl.ir.dtypes import BOOL, FP32, INDEX, DType

MAX_DIGITS = 320
"""Characters of a number in text; every finite double and every 64-bit integer needs fewer."""

_SPLIT = re.compile(r"([^:]*)(?::(\w+))?")
_FRACTIONAL = re.compile(r"[.e]|inf|nan", re.IGNORECASE)


def rounded(value: float, dtype: DType) -> float:
    """The number nearest to `value` that a float dtype holds, ties to even; infinite beyond its range."""
    if value == 0.0 or not isfinite(value):
        return value
    exponent = frexp(value)[1] - 1
    largest = (1 << (dtype.exponent - 1)) - 1
    if exponent > largest:
        return math.copysign(math.inf, value)
    quantum = max(exponent, 1 - largest) - dtype.mantissa
    near = ldexp(round(ldexp(value, -quantum)), quantum)
    return math.copysign(math.inf if abs(near) >= ldexp(2.0, largest) else near, value)


def float_text(value: float, dtype: DType | None = None) -> str:
    """The shortest spelling that reads back to the same bits: in `dtype`, or as a double where none is given."""
    if isnan(value):
        return "-nan" if math.copysign(1.0, value) < 0 else "nan"
    if isinf(value):
        return repr(value)
    return repr(value) if dtype is None else _shortest(value, dtype)


def _shortest(value: float, dtype: DType) -> str:
    for digits in range(1, 17):
        near = float(f"{value:.{digits}g}")
        if rounded(near, dtype) == value:
            return repr(near)
    return repr(value)


def literal_text(value: float, dtype: DType) -> str:
    """A literal in text: `0` is INDEX, `1.0` FP32, `true` BOOL, others name their dtype."""
    if dtype is BOOL:
        return "true" if value else "false"
    text = float_text(float(value), dtype) if dtype.is_float else str(int(value))
    return text if dtype in (INDEX, FP32) else f"{text}:{dtype.name}"


def split_literal(text: str) -> tuple[str, str | None]:
    """The number and the name of the dtype behind it, if one is written."""
    match = _SPLIT.fullmatch(text)
    assert match is not None
    return match[1], match[2]


def default_dtype(number: str) -> DType:
    """The dtype of a number that names none."""
    if number in ("true", "false"):
        return BOOL
    return FP32 if is_fractional(number) else INDEX


def is_fractional(number: str) -> bool:
    """Whether a number is spelled as a float."""
    return _FRACTIONAL.search(number) is not None


def number_value(number: str) -> int | float | bool:
    """The value of a spelled number: bool, int or double. It has at most `MAX_DIGITS` characters."""
    if number in ("true", "false"):
        return number == "true"
    if number == "-nan":
        return math.copysign(math.nan, -1.0)
    return float(number) if is_fractional(number) else int(number)


def value_in(number: str, dtype: DType) -> int | float | bool | None:
    """The value of a spelled number in `dtype`, floats rounded to it; None where the dtype cannot hold it."""
    value = number_value(number)
    if dtype is BOOL or isinstance(value, bool):
        return value if dtype is BOOL and isinstance(value, bool) else None
    if dtype.is_float:
        return _float_in(number, value, dtype)
    if isinstance(value, float):
        return None
    low, high = dtype.range
    return value if low <= value <= high else None


def _float_in(number: str, value: float, dtype: DType) -> float | None:
    """A finite spelling never turns into infinity."""
    try:
        near = rounded(float(value), dtype)
    except OverflowError:
        return None
    return None if isinf(near) and "inf" not in number else near
