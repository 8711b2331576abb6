"""Scalar ops as C++ expressions."""

from __future__ import annotations

from ptodsl.ir.dtypes import BF16, FP16, FP32, DType, Kind
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
    "scalar.floordiv": "ptodsl_floor_div({0}, {1})",
    "scalar.mod": "ptodsl_floor_mod({0}, {1})",
}
HELPERS = {"scalar.floordiv": "floor_div", "scalar.mod": "floor_mod", "scalar.cast": "saturate"}
"""The functions that an op's expression calls; the program's preamble holds those that are used."""

_NARROW_FLOATS = (FP16, BF16)


def expression(op: Op, operands: list[str], dtypes: list[DType]) -> str:
    """The value of a scalar op; 16-bit floats compute in FP32 and round once."""
    (result,) = op.results
    assert isinstance(result.type, ScalarType)
    target = result.type.dtype
    if op.name == "scalar.cast":
        return _cast(operands[0], dtypes[0], target)
    wide = [f"float({text})" if dtype in _NARROW_FLOATS else text for text, dtype in zip(operands, dtypes, strict=True)]
    text = f" {_INFIX[op.name]} ".join(wide) if op.name in _INFIX else _TEMPLATES[op.name].format(*wide)
    return f"{target.cpp}({text})" if target in _NARROW_FLOATS else text


def _cast(text: str, source: DType, target: DType) -> str:
    """A conversion; from float to integer, and between integers that do not hold each other, saturating."""
    if target.is_float:
        wide = f"float({text})" if source in _NARROW_FLOATS else text
        return wide if target is FP32 and source in _NARROW_FLOATS else f"{target.cpp}({wide})"
    if source.is_float:
        wide = f"float({text})" if source in _NARROW_FLOATS else text
        low, high = target.range
        suffix = "u" if target.kind is Kind.UINT else ""
        lowest = f"{low}" if low > -(1 << 63) else "(-9223372036854775807 - 1)"
        return f"ptodsl_saturate<{target.cpp}>({wide}, {lowest}{suffix}, {high}{suffix})"
    return f"static_cast<{target.cpp}>({text})"
