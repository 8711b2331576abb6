"""Arithmetic element by element: the numpy functions that rows name, and what has no numpy function of the same bits.

Every float is computed in FP32 and rounded once, to nearest even, when the result is made; integers wrap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ptodsl.errors.runtime import ValidShapesDifferNow
from ptodsl.interpreter.application import Application, Kernel
from ptodsl.interpreter.faults import Fault
from ptodsl.interpreter.values import Array, Mask, Tensor, Tile, compute_dtype, numpy_dtype

Function: TypeAlias = Callable[..., Array]
"""Arrays of one dtype, broadcast against each other, to an array of that dtype."""


def _is_nan(source: Array) -> Mask:
    """Where there is no number; integers are all numbers."""
    return np.isnan(source) if source.dtype.kind == "f" else np.zeros((), np.bool_)


def maximum(left: Array, right: Array) -> Array:
    """The larger element; NaN if either is NaN, and the second of two equal ones (of +0 and -0)."""
    return np.where(_is_nan(left), left, np.where(left > right, left, right))


def minimum(left: Array, right: Array) -> Array:
    """The smaller element; NaN if either is NaN, and the second of two equal ones (of +0 and -0)."""
    return np.where(_is_nan(left), left, np.where(left < right, left, right))


def relu(source: Array) -> Array:
    """max(x, 0): NaN stays NaN, -0 becomes +0."""
    return maximum(source, np.zeros((), source.dtype))


def divide(left: Array, right: Array) -> Array:
    """The quotient: correctly rounded, of integers towards zero and 0 where the divisor is 0."""
    if left.dtype.kind == "f":
        return np.divide(left, right)
    divisor = np.where(right == 0, np.ones((), right.dtype), right)
    floored = np.floor_divide(left, divisor)
    inexact_below_zero = (floored * divisor != left) & ((left < 0) != (divisor < 0))
    return np.where(right == 0, np.zeros((), left.dtype), floored + inexact_below_zero.astype(left.dtype))


def reciprocal(source: Array) -> Array:
    """1 / x, correctly rounded."""
    return np.divide(np.ones((), source.dtype), source)


def rsqrt(source: Array) -> Array:
    """1 / sqrt(x), rounded after each of the two steps."""
    return reciprocal(np.sqrt(source))


def in_double(function: Function) -> Function:
    """A function whose FP32 result is the double one rounded: numpy's own FP32 loops are some units off."""

    def rounded(source: Array) -> Array:
        return function(source.astype(np.float64)).astype(np.float32)

    return rounded


def applied(function: Function) -> Kernel:
    """The kernel that applies a function to the op's tiles and scalars, in order."""

    def kernel(application: Application) -> Tile:
        dtype = application.result_dtype
        compute = compute_dtype(dtype)
        arrays: list[Array] = []
        defined = np.ones((1, 1), np.bool_)
        for name, operand in application.inputs:
            match operand:
                case Tile():
                    _agree(application, name)
                    arrays.append(operand.data.astype(compute, copy=False))
                    defined = defined & operand.defined
                case Tensor():
                    raise AssertionError(f"{application.row.name} takes no tensor")
                case _:
                    arrays.append(np.asarray(operand, compute))
        return Tile(function(*arrays).astype(numpy_dtype(dtype), copy=False), defined)

    return kernel


def _agree(application: Application, name: str) -> None:
    """A tile has the first one's valid shape, but 1 in a dim along which it is repeated."""
    first = application.row.operands[0].name
    expected, given = application.tile(first).valid, application.tile(name).valid
    whole, logical = application.logical_shape(first), application.logical_shape(name)
    for dim in range(2):
        repeated = logical[dim] == 1 and whole[dim] != 1
        if not repeated and given[dim] != expected[dim]:
            raise Fault(
                ValidShapesDifferNow, (first, name), op=application.row.label, left=list(expected), right=list(given)
            )


FUNCTIONS: dict[str, Function] = {
    "maximum": maximum,
    "minimum": minimum,
    "relu": relu,
    "divide": divide,
    "reciprocal": reciprocal,
    "rsqrt": rsqrt,
    "exp": in_double(np.exp),
    "log": in_double(np.log),
}
"""Functions by the name that rows give; any other name is numpy's own function."""
