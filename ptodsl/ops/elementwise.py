"""Rows: tile arithmetic element by element, and conversion."""

from __future__ import annotations

from ptodsl.ir.dtypes import BF16, FP16, FP32, INT8, INT16, INT32, UINT8, UINT16, UINT32, DType
from ptodsl.ir.hardware import Layout, Pipe
from ptodsl.ops import infer
from ptodsl.ops.row import (
    AttributeKind,
    AttributeRow,
    Family,
    Legal,
    Numerics,
    Of,
    OperandKind,
    OperandRow,
    OpRow,
    ResultRow,
)

FLOATS = frozenset({FP16, BF16, FP32})
SIGNED = FLOATS | {INT8, INT16, INT32}
NUMBERS = SIGNED | {UINT8, UINT16, UINT32}

ROUNDING = ("none", "rint", "round", "floor", "ceil", "trunc", "odd")
"""Rounding modes, in the order of the ISA's numbering."""

_ROWS_ONLY = (Layout.ND,)
_ROUNDED = Numerics(note="16-bit floats: computed in FP32, rounded to nearest even once")
_TWO_ULP = Numerics(exact=False, ulp=2)


def _tile(name: str) -> OperandRow:
    return OperandRow(name, OperandKind.TILE, layouts=_ROWS_ONLY)


def _unary(
    name: str,
    instruction: str,
    doc: str,
    numpy: str,
    dtypes: frozenset[DType] = FLOATS,
    numerics: Numerics = _ROUNDED,
    inplace: tuple[str, ...] = ("source",),
) -> OpRow:
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
        dtypes=dtypes,
        valid=(Of("source", 0), Of("source", 1)),
        inplace=inplace,
        numerics=numerics,
        instruction=instruction,
        numpy=numpy,
    )


def _binary(
    name: str,
    instruction: str,
    doc: str,
    numpy: str,
    *,
    example: str,
    operator: str = "",
    dtypes: frozenset[DType] = NUMBERS,
) -> OpRow:
    return OpRow(
        name=name,
        family=Family.ELEMENTWISE,
        doc=doc,
        example=f"z = {example}",
        infer=infer.binary,
        operands=(_tile("left"), _tile("right")),
        result=ResultRow(layout=Layout.ND),
        names=(name,),
        operator=operator,
        pipe=Pipe.V,
        computes=True,
        dtypes=dtypes,
        valid=(Of("left", 0), Of("left", 1)),
        inplace=("left", "right"),
        numerics=_ROUNDED,
        instruction=instruction,
        numpy=numpy,
    )


def _with_scalar(
    names: tuple[str, str],
    instruction: str,
    doc: str,
    numpy: str,
    *,
    example: str,
    operator: str = "",
    dtypes: frozenset[DType] = NUMBERS,
) -> OpRow:
    """The form of a binary op with a scalar; `names` are that op's and its own."""
    return OpRow(
        name=names[1],
        family=Family.ELEMENTWISE,
        doc=doc,
        example=f"z = {example}",
        infer=infer.with_scalar,
        operands=(_tile("source"), OperandRow("scalar", OperandKind.SCALAR, like="source")),
        result=ResultRow(layout=Layout.ND),
        names=names,
        operator=operator,
        pipe=Pipe.V,
        computes=True,
        dtypes=dtypes,
        valid=(Of("source", 0), Of("source", 1)),
        inplace=("source",),
        numerics=_ROUNDED,
        instruction=instruction,
        numpy=numpy,
    )


ROWS: tuple[OpRow, ...] = (
    _unary("neg", "TNEG", "The negative of each element.", "negative", SIGNED),
    _unary("abs", "TABS", "The magnitude of each element.", "absolute", SIGNED),
    _unary("exp", "TEXP", "e to the power of each element; exp(-inf) is 0.", "exp", numerics=_TWO_ULP),
    _unary("log", "TLOG", "The natural logarithm of each element.", "log", numerics=_TWO_ULP),
    _unary("sqrt", "TSQRT", "The square root of each element.", "sqrt"),
    _unary("rsqrt", "TRSQRT", "1 / sqrt(x) of each element, rounded after each step.", "rsqrt", inplace=()),
    _unary("recip", "TRECIP", "1 / x of each element.", "reciprocal", inplace=()),
    _unary("relu", "TRELU", "max(x, 0) of each element; NaN stays NaN.", "relu", SIGNED),
    _binary("add", "TADD", "The sum of two tiles.", "add", example="x + y", operator="+"),
    _binary("sub", "TSUB", "The difference of two tiles.", "subtract", example="x - y", operator="-"),
    _binary("mul", "TMUL", "The product of two tiles, element by element.", "multiply", example="x * y", operator="*"),
    _binary("div", "TDIV", "The quotient of two tiles.", "divide", example="x / y", operator="/", dtypes=FLOATS),
    _binary("maximum", "TMAX", "The larger of two elements; NaN if either is.", "maximum", example="pl.maximum(x, y)"),
    _binary("minimum", "TMIN", "The smaller of two elements; NaN if either is.", "minimum", example="pl.minimum(x, y)"),
    _with_scalar(("add", "adds"), "TADDS", "A tile plus a scalar.", "add", example="x + 1.0", operator="+"),
    _with_scalar(("sub", "subs"), "TSUBS", "A tile minus a scalar.", "subtract", example="x - 1.0", operator="-"),
    _with_scalar(("mul", "muls"), "TMULS", "A tile times a scalar.", "multiply", example="x * 2.0", operator="*"),
    _with_scalar(
        ("div", "divs"),
        "TDIVS",
        "A tile divided by a scalar.",
        "divide",
        example="x / 2.0",
        operator="/",
        dtypes=FLOATS,
    ),
    _with_scalar(
        ("maximum", "maxs"),
        "TMAXS",
        "The larger of each element and a scalar.",
        "maximum",
        example="pl.maximum(x, 0.0)",
    ),
    _with_scalar(
        ("minimum", "mins"),
        "TMINS",
        "The smaller of each element and a scalar.",
        "minimum",
        example="pl.minimum(x, 0.0)",
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
        legal=Legal.CONVERSION,
        instruction="TCVT",
        emit="cast",
        numpy="cast",
    ),
)
