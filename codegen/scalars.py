"""Scalar ops as C++ expressions."""

from __future__ import annotations

import math

from ptodsl.codegen.literals import spell
from ptodsl.ir.dtypes import BF16, FP16, FP32, INDEX, UINT64, DType
from ptodsl.ir.nodes import Op
from ptodsl.ir.types import ScalarType

_INFIX = {
    "scalar.add": "+",
    "scalar.sub": "-",
    "scalar.mul": "*",
    "scalar.div": "/",
    "scalar.eq": "==",
    "scalar.ne": "!=",
    "scalar.lt": "<",
    "scalar.le": "<=",
    "scalar.gt": ">",
    "scalar.ge": ">=",
    "scalar.and": "&&",
    "scalar.or": "||",
}
_TEMPLATES = {
    "scalar.not": "!{0}",
    "scalar.neg": "-{0}",
    "scalar.min": "({0} < {1} ? {0} : {1})",
    "scalar.max": "({0} > {1} ? {0} : {1})",
    "scalar.floordiv": "ptodsl_floor_div<{type}>({0}, {1})",
    "scalar.mod": "ptodsl_floor_mod<{type}>({0}, {1})",
}
_OF_FLOATS = {
    "scalar.min": "({0} != {0} || {0} < {1} ? {0} : {1})",
    "scalar.max": "({0} != {0} || {0} > {1} ? {0} : {1})",
    "scalar.floordiv": "ptodsl_floor_div({0}, {1})",
    "scalar.mod": "ptodsl_floor_mod({0}, {1})",
}
"""Where floats need another spelling: a NaN is passed on, and `%` is not C++'s."""

_HELPERS = {
    ("scalar.floordiv", False): "floor_div",
    ("scalar.floordiv", True): "floor_div_of_floats",
    ("scalar.mod", False): "floor_mod",
    ("scalar.mod", True): "floor_mod_of_floats",
}
"""The function that an op's expression calls, by whether it is on floats."""

_NARROW_FLOATS = (FP16, BF16)


def expression(op: Op, operands: list[str], dtypes: list[DType]) -> str:
    """The value of a scalar op; 16-bit floats compute in FP32 and round once."""
    (result,) = op.results
    assert isinstance(result.type, ScalarType)
    target = result.type.dtype
    if op.name == "scalar.cast":
        return _cast(operands[0], dtypes[0], target)
    wide = [_widened(text, dtype, dtypes) for text, dtype in zip(operands, dtypes, strict=True)]
    if op.name in _INFIX:
        text = f" {_INFIX[op.name]} ".join(wide)
    elif dtypes[0].is_float and op.name in _OF_FLOATS:
        text = _OF_FLOATS[op.name].format(*wide)
    else:
        text = _TEMPLATES[op.name].format(*wide, type=target.cpp)
    return f"{target.cpp}({text})" if target in _NARROW_FLOATS else text


def helpers(op: Op, dtypes: list[DType]) -> tuple[str, ...]:
    """The functions that the op's expression calls; the program's preamble holds those that are used."""
    (result,) = op.results
    assert isinstance(result.type, ScalarType)
    first = dtypes[0]
    name = (
        _cast_helper(first, result.type.dtype) if op.name == "scalar.cast" else _HELPERS.get((op.name, first.is_float))
    )
    return (name,) if name else ()


def _widened(text: str, dtype: DType, dtypes: list[DType]) -> str:
    """An operand in the type that C++ computes in: FP32 for narrow floats; what stands beside INDEX becomes signed."""
    if dtype in _NARROW_FLOATS:
        return f"float({text})"
    return f"{INDEX.cpp}({text})" if dtype is UINT64 and INDEX in dtypes else text


def _cast(text: str, source: DType, target: DType) -> str:
    """A conversion; one that may leave the range of the target, infinities too, saturates."""
    if source is target:
        return text
    wide = _widened(text, source, [])
    match _cast_helper(source, target):
        case "saturate":
            return f"ptodsl_saturate<{target.cpp}>({wide}, {', '.join(_bounds(target, target))})"
        case "clamp":
            computed = FP32.cpp if source.is_float else source.cpp
            wide = f"ptodsl_clamp<{computed}>({wide}, {', '.join(_bounds(source, target))})"
        case _:
            pass
    return f"{target.cpp}({wide})" if target.is_float else f"static_cast<{target.cpp}>({wide})"


def _cast_helper(source: DType, target: DType) -> str:
    """The function that keeps a conversion in the target's range; empty where nothing leaves it."""
    if source is target or target is FP32 or _holds(target, source):
        return ""
    return "saturate" if source.is_float and not target.is_float else "clamp"


def _range(dtype: DType) -> tuple[float, float]:
    """The least and the greatest finite value."""
    if not dtype.is_float:
        return dtype.range
    largest = math.ldexp(2.0 - math.ldexp(1.0, -dtype.mantissa), (1 << (dtype.exponent - 1)) - 1)
    return -largest, largest


def _holds(target: DType, source: DType) -> bool:
    """Whether every value of the source is in the range of the target; floats have infinities, which no range has."""
    (low, high), (least, greatest) = _range(source), _range(target)
    return not source.is_float and least <= low and high <= greatest


def _bounds(source: DType, target: DType) -> tuple[str, str]:
    """The ends of the target's range as constants of the source, of whole numbers not beyond what the source holds."""
    least, greatest = _range(target)
    if source.is_float:
        return spell(least, FP32), spell(greatest, FP32)
    low, high = source.range
    return spell(max(low, least), source), spell(min(high, greatest), source)
