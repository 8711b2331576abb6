"""Constants and scalar expressions as C++ text; floats keep their bits."""

from __future__ import annotations

import math

import ml_dtypes
import numpy as np

from ptodsl.ir.dtypes import BF16, BOOL, FP16, FP32, DType, Kind
from ptodsl.ir.nodes import Literal


def literal(constant: Literal) -> str:
    """A literal in its own dtype."""
    return spell(constant.value, constant.dtype)


def spell(value: int | float | bool, dtype: DType) -> str:
    """A number as a constant of a dtype."""
    if dtype is BOOL:
        return "true" if value else "false"
    if dtype is FP32:
        return _float(float(np.float32(value)), repr_of=str(np.float32(value)))
    if dtype is FP16:
        return f"{dtype.cpp}({_widened(float(np.float16(value)))})"
    if dtype is BF16:
        return f"{dtype.cpp}({_widened(float(ml_dtypes.bfloat16(value)))})"
    return _integer(int(value), dtype)


def _widened(value: float) -> str:
    """A 16-bit float through the FP32 constant that equals it."""
    return _float(value, repr_of=str(np.float32(value)))


def _float(value: float, repr_of: str) -> str:
    """The shortest decimal that reads back to the same FP32."""
    if math.isnan(value):
        return '__builtin_nanf("")'
    if math.isinf(value):
        return "__builtin_inff()" if value > 0 else "-__builtin_inff()"
    text = repr_of if any(mark in repr_of for mark in ".en") else f"{repr_of}.0"
    return f"{text}f"


def _integer(value: int, dtype: DType) -> str:
    if dtype.kind is Kind.UINT:
        return f"{value}u" if dtype.bits < 64 else f"{value}ull"
    if value == -(1 << 63):
        return "(-9223372036854775807 - 1)"
    return str(value)
