"""Rows: tile arithmetic element by element, and conversion."""

from __future__ import annotations

from ptodsl.ir.dtypes import BF16, FP16, FP32, INT8, INT16, INT32, UINT8, UINT16, UINT32
from ptodsl.ir.hardware import Layout, Pipe
from ptodsl.ops import infer
from ptodsl.ops.row import (
    AttributeKind,
    AttributeRow,
    Family,
    Numerics,
    Of,
    OperandKind,
    OperandRow,
    OpRow,
    ResultRow,
)

FLOATS = frozenset({FP16, BF16, FP32})
NUMBERS = FLOATS | {INT8, INT16, INT32, UINT8, UINT16, UINT32}

ROUNDING = ("none", "rint", "round", "floor", "ceil", "trunc", "odd")
"""Rounding modes, in the order of the ISA's numbering."""

OPERATORS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
"""Python's operators, by the spelling that means the same."""

_ROWS_ONLY = (Layout.ND,)
_ROUNDED = Numerics(note="16-bit floats: computed in FP32, rounded to nearest even once")


def _tile(name: str) -> OperandRow:
    return OperandRow(name, OperandKind.TILE, layouts=_ROWS_ONLY)


def _unary(name: str, instruction: str, doc: str, numpy: str, numerics: Numerics = _ROUNDED) -> OpRow:
    return OpRow(
        name=name,
        family=Family.ELEMENTWISE,
        doc=doc,
        example=f"y = pl.{name}(x)",
        infer=infer.unary,
        operands=(_tile("source"),),
        result=ResultRow(layout=Layout.ND),
        names=(name,),
        pipe=Pipe.V,
        computes=True,
        dtypes=FLOATS if name not in ("neg", "abs", "relu") else NUMBERS - {UINT8, UINT16, UINT32},
        valid=(Of("source", 0), Of("source", 1)),
        inplace=() if name in ("recip", "rsqrt") else ("source",),
        numerics=numerics,
        instruction=instruction,
        numpy=numpy,
    )


def _binary(name: str, instruction: str, doc: str, symbol: str, numpy: str) -> OpRow:
    return OpRow(
        name=name,
        family=Family.ELEMENTWISE,
        doc=doc,
        example=f"z = {symbol}",
        infer=infer.binary,
        operands=(_tile("left"), _tile("right")),
        result=ResultRow(layout=Layout.ND),
        names=(name,),
        operator=OPERATORS.get(name, ""),
        pipe=Pipe.V,
        computes=True,
        dtypes=FLOATS if name == "div" else NUMBERS,
        valid=(Of("left", 0), Of("left", 1)),
        inplace=("left", "right"),
        numerics=_ROUNDED,
        instruction=instruction,
        numpy=numpy,
    )


def _with_scalar(name: str, base: str, instruction: str, doc: str, symbol: str, numpy: str) -> OpRow:
    return OpRow(
        name=name,
        family=Family.ELEMENTWISE,
        doc=doc,
        example=f"z = {symbol}",
        infer=infer.with_scalar,
        operands=(_tile("source"), OperandRow("scalar", OperandKind.SCALAR, like="source")),
        result=ResultRow(layout=Layout.ND),
        names=(base, name),
        operator=OPERATORS.get(base, ""),
        pipe=Pipe.V,
        computes=True,
        dtypes=FLOATS if base == "div" else NUMBERS,
        valid=(Of("source", 0), Of("source", 1)),
        inplace=("source",),
        hidden_flags=base == "div",
        numerics=_ROUNDED,
        instruction=instruction,
        numpy=numpy,
    )


ROWS: tuple[OpRow, ...] = (
    _unary("neg", "TNEG", "The negative of each element.", "negative"),
    _unary("abs", "TABS", "The magnitude of each element.", "absolute"),
    _unary("exp", "TEXP", "e to the power of each element; exp(-inf) is 0.", "exp", Numerics(False, 2)),
    _unary("log", "TLOG", "The natural logarithm of each element.", "log", Numerics(False, 2)),
    _unary("sqrt", "TSQRT", "The square root of each element.", "sqrt"),
    _unary("rsqrt", "TRSQRT", "1 / sqrt(x) of each element, rounded after each step.", "rsqrt"),
    _unary("recip", "TRECIP", "1 / x of each element.", "reciprocal"),
    _unary("relu", "TRELU", "max(x, 0) of each element; NaN stays NaN.", "relu"),
    _binary("add", "TADD", "The sum of two tiles.", "x + y", "add"),
    _binary("sub", "TSUB", "The difference of two tiles.", "x - y", "subtract"),
    _binary("mul", "TMUL", "The product of two tiles, element by element.", "x * y", "multiply"),
    _binary("div", "TDIV", "The quotient of two tiles.", "x / y", "divide"),
    _binary("maximum", "TMAX", "The larger of two elements; NaN if either is.", "pl.maximum(x, y)", "maximum"),
    _binary("minimum", "TMIN", "The smaller of two elements; NaN if either is.", "pl.minimum(x, y)", "minimum"),
    _with_scalar("adds", "add", "TADDS", "A tile plus a scalar.", "x + 1.0", "add"),
    _with_scalar("subs", "sub", "TSUBS", "A tile minus a scalar.", "x - 1.0", "subtract"),
    _with_scalar("muls", "mul", "TMULS", "A tile times a scalar.", "x * 2.0", "multiply"),
    _with_scalar("divs", "div", "TDIVS", "A tile divided by a scalar.", "x / 2.0", "divide"),
    _with_scalar(
        "maxs", "maximum", "TMAXS", "The larger of each element and a scalar.", "pl.maximum(x, 0.0)", "maximum"
    ),
    _with_scalar(
        "mins", "minimum", "TMINS", "The smaller of each element and a scalar.", "pl.minimum(x, 0.0)", "minimum"
    ),
    OpRow(
        name="cast",
        family=Family.ELEMENTWISE,
        doc="Each element converted to another dtype; values out of range saturate, NaN becomes 0 in integers.",
        example="y = pl.cast(x, pl.FP16)",
        infer=infer.cast,
        operands=(_tile("source"),),
        attributes=(
            AttributeRow("dtype", AttributeKind.DTYPE, required=True, keyword="target_type"),
            AttributeRow(
                "mode",
                AttributeKind.WORD,
                ROUNDING,
                doc="rounding; by default `rint`, and `trunc` from float to integer",
            ),
        ),
        result=ResultRow(layout=Layout.ND),
        names=("cast",),
        pipe=Pipe.V,
        valid=(Of("source", 0), Of("source", 1)),
        numerics=Numerics(note="rounded once, by `mode`"),
        instruction="TCVT",
        emit="cast",
        numpy="cast",
    ),
)
