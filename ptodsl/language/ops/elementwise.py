"""Elementwise: generated from the op table by `python -m ptodsl.language.generate`."""

from __future__ import annotations

from typing import Any, Literal, overload

from ptodsl.ir.dtypes import DType
from ptodsl.language.outside import outside
from ptodsl.language.types import Number, Scalar, Tile


def neg(source: Tile) -> Tile:
    """The negative of each element.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `y = pl.neg(x)`
    """
    outside("neg")


def abs(source: Tile) -> Tile:
    """The magnitude of each element.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `y = pl.abs(x)`
    """
    outside("abs")


def exp(source: Tile) -> Tile:
    """e to the power of each element; exp(-inf) is 0.

    dtypes: BF16, FP16, FP32
    numerics: within 2 ulp
    example: `y = pl.exp(x)`
    """
    outside("exp")


def log(source: Tile) -> Tile:
    """The natural logarithm of each element.

    dtypes: BF16, FP16, FP32
    numerics: within 2 ulp
    example: `y = pl.log(x)`
    """
    outside("log")


def sqrt(source: Tile) -> Tile:
    """The square root of each element.

    dtypes: BF16, FP16, FP32
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `y = pl.sqrt(x)`
    """
    outside("sqrt")


def rsqrt(source: Tile) -> Tile:
    """1 / sqrt(x) of each element, rounded after each step.

    dtypes: BF16, FP16, FP32
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `y = pl.rsqrt(x)`
    """
    outside("rsqrt")


def recip(source: Tile) -> Tile:
    """1 / x of each element.

    dtypes: BF16, FP16, FP32
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `y = pl.recip(x)`
    """
    outside("recip")


def relu(source: Tile) -> Tile:
    """max(x, 0) of each element; NaN stays NaN.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `y = pl.relu(x)`
    """
    outside("relu")


@overload
def add(left: Tile, right: Tile) -> Tile: ...
@overload
def add(source: Tile, scalar: Number) -> Tile: ...
def add(*arguments: Any, **keywords: Any) -> Any:
    """The sum of two tiles.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x + y`

    A tile plus a scalar.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x + 1.0`
    """
    outside("add")


@overload
def sub(left: Tile, right: Tile) -> Tile: ...
@overload
def sub(source: Tile, scalar: Number) -> Tile: ...
def sub(*arguments: Any, **keywords: Any) -> Any:
    """The difference of two tiles.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x - y`

    A tile minus a scalar.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x - 1.0`
    """
    outside("sub")


@overload
def mul(left: Tile, right: Tile) -> Tile: ...
@overload
def mul(source: Tile, scalar: Number) -> Tile: ...
def mul(*arguments: Any, **keywords: Any) -> Any:
    """The product of two tiles, element by element.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x * y`

    A tile times a scalar.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x * 2.0`
    """
    outside("mul")


@overload
def div(left: Tile, right: Tile) -> Tile: ...
@overload
def div(source: Tile, scalar: Number) -> Tile: ...
def div(*arguments: Any, **keywords: Any) -> Any:
    """The quotient of two tiles.

    dtypes: BF16, FP16, FP32
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x / y`

    A tile divided by a scalar.

    dtypes: BF16, FP16, FP32
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x / 2.0`
    """
    outside("div")


@overload
def maximum(left: Tile, right: Tile) -> Tile: ...
@overload
def maximum(source: Tile, scalar: Number) -> Tile: ...
def maximum(*arguments: Any, **keywords: Any) -> Any:
    """The larger of two elements; NaN if either is.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = pl.maximum(x, y)`

    The larger of each element and a scalar.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = pl.maximum(x, 0.0)`
    """
    outside("maximum")


@overload
def minimum(left: Tile, right: Tile) -> Tile: ...
@overload
def minimum(source: Tile, scalar: Number) -> Tile: ...
def minimum(*arguments: Any, **keywords: Any) -> Any:
    """The smaller of two elements; NaN if either is.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = pl.minimum(x, y)`

    The smaller of each element and a scalar.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = pl.minimum(x, 0.0)`
    """
    outside("minimum")


def adds(source: Tile, scalar: Number) -> Tile:
    """A tile plus a scalar.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x + 1.0`
    """
    outside("adds")


def subs(source: Tile, scalar: Number) -> Tile:
    """A tile minus a scalar.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x - 1.0`
    """
    outside("subs")


def muls(source: Tile, scalar: Number) -> Tile:
    """A tile times a scalar.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x * 2.0`
    """
    outside("muls")


def divs(source: Tile, scalar: Number) -> Tile:
    """A tile divided by a scalar.

    dtypes: BF16, FP16, FP32
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = x / 2.0`
    """
    outside("divs")


def maxs(source: Tile, scalar: Number) -> Tile:
    """The larger of each element and a scalar.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = pl.maximum(x, 0.0)`
    """
    outside("maxs")


def mins(source: Tile, scalar: Number) -> Tile:
    """The smaller of each element and a scalar.

    dtypes: BF16, FP16, FP32, INT16, INT32, INT8, UINT16, UINT32, UINT8
    numerics: 16-bit floats: computed in FP32, rounded to nearest even once
    example: `z = pl.minimum(x, 0.0)`
    """
    outside("mins")


@overload
def cast(
    source: Tile,
    target_type: DType,
    mode: Literal["none", "rint", "round", "floor", "ceil", "trunc", "odd"] | None = None,
) -> Tile: ...
@overload
def cast(source: Number, target_type: DType) -> Scalar: ...
def cast(*arguments: Any, **keywords: Any) -> Any:
    """Each element converted to another dtype; values out of range saturate, NaN becomes 0 in integers.

    `mode`: rounding; by default `rint`, and `trunc` from float to integer
    numerics: rounded once, by `mode`
    example: `y = pl.cast(x, pl.FP16)`

    A number in another dtype: to nearest even, to zero from float to integer, saturating.

    example: `pl.cast(n, pl.INT32)`
    """
    outside("cast")
