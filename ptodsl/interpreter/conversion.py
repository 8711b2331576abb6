"""Casts: every pair of dtypes, every rounding mode, saturating.

A rounding mode is a function to integers, in double. A float's target counts in units of its last place, which makes
rounding to it the same function.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ptodsl.interpreter.application import Application
from ptodsl.interpreter.values import Array, Scalar, Tile, numpy_dtype, represent
from ptodsl.ir.dtypes import DType, Kind

Rounding = Callable[[Array], Array]

_EXACT_BITS = 53
_STICKY_BITS = 11
"""How many low bits of a 64-bit integer a double has no room for."""


def _half_away(source: Array) -> Array:
    return np.copysign(np.floor(np.abs(source) + 0.5), source)


def _odd(source: Array) -> Array:
    """Towards zero, then the last bit set if anything was lost."""
    whole = np.trunc(source)
    even = np.fmod(whole, 2.0) == 0
    return np.where((whole != source) & even, whole + np.copysign(1.0, source), whole)


ROUNDINGS: dict[str, Rounding] = {
    "rint": np.rint,
    "round": _half_away,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "odd": _odd,
}
"""Rounding modes; `none` and no mode at all are the default of the pair of dtypes."""


def convert(source: Array, given: DType, target: DType, mode: str | None = None) -> Array:
    """Elements of one dtype as another: rounded once by `mode`, saturated, NaN 0 in integers."""
    if given is target:
        return source
    if given.is_float and not target.is_float:
        return _to_integer(source.astype(np.float64), target, _rounding(mode, "trunc"))
    if target.is_float:
        exact = source.astype(np.float64) if given.is_float else _sticky_double(source)
        return _to_float(exact, target, _rounding(mode, "rint"))
    return _between_integers(source, given, target)


def _rounding(mode: str | None, default: str) -> Rounding:
    return ROUNDINGS[default if mode in (None, "none") else mode]


def _to_integer(source: Array, target: DType, rounding: Rounding) -> Array:
    least, greatest = target.range
    whole = rounding(source)
    above, below = whole >= float(greatest + 1), whole <= float(least)
    inside = np.where(above | below | np.isnan(whole), 0.0, whole).astype(numpy_dtype(target))
    kind = inside.dtype.type
    return np.where(above, kind(greatest), np.where(below, kind(least), inside))


def _to_float(source: Array, target: DType, rounding: Rounding) -> Array:
    """Doubles as a narrower float: in range as it rounds, beyond the largest finite value that value."""
    kind = numpy_dtype(target)
    _, exponent = np.frexp(source)
    least_exponent = 2 - (1 << (target.exponent - 1))
    unit = np.maximum(exponent - 1, least_exponent) - target.mantissa
    rounded = np.copysign(np.ldexp(rounding(np.ldexp(source, -unit)), unit), source)
    largest = _largest(target)
    saturated = np.clip(rounded, -largest, largest)
    return np.where(np.isfinite(source), saturated, _beyond(source, target, largest)).astype(kind)


def _largest(dtype: DType) -> float:
    """The largest finite value."""
    return math.ldexp(2.0 - math.ldexp(1.0, -dtype.mantissa), (1 << (dtype.exponent - 1)) - 1)


def _beyond(source: Array, target: DType, largest: float) -> Array:
    """Infinities and NaN: FP32 holds them, 16-bit floats saturate at infinity."""
    return source if target.bits > 16 else np.clip(source, -largest, largest)


def _sticky_double(source: Array) -> Array:
    """Integers as doubles; beyond 53 bits the last says whether any was lost, so that the next rounding is right."""
    exact = source.astype(np.float64)
    if source.dtype.itemsize < exact.dtype.itemsize:
        return exact
    high = source >> np.asarray(_STICKY_BITS, source.dtype)
    lost = (source & np.asarray((1 << _STICKY_BITS) - 1, source.dtype)) != 0
    sticky = (high | lost.astype(source.dtype)).astype(np.float64) * float(1 << _STICKY_BITS)
    return np.where(np.abs(exact) < float(1 << _EXACT_BITS), exact, sticky)


def _between_integers(source: Array, given: DType, target: DType) -> Array:
    least, greatest = max(given.range[0], target.range[0]), min(given.range[1], target.range[1])
    kind = source.dtype.type
    return np.clip(source, kind(least), kind(greatest)).astype(numpy_dtype(target))


def cast(application: Application) -> Tile:
    """The tile in another dtype."""
    source, mode = application.tile("source"), application.attribute("mode")
    assert mode is None or isinstance(mode, str)
    return Tile(convert(source.data, application.dtype("source"), application.result_dtype, mode), source.defined)


def scalar_cast(application: Application) -> Scalar:
    """The number in another dtype, by the default rounding."""
    given, target = application.dtype("source"), application.result_dtype
    source = np.asarray(application.scalar("source"), numpy_dtype(given))
    converted = convert(source.reshape(1), given, target)[0]
    return represent(bool(converted) if target.kind is Kind.BOOL else converted.item(), target)
