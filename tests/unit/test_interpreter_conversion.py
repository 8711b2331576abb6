"""Casts against definitions that share nothing with them: sorted lists of all 16-bit floats, and exact integers."""

from __future__ import annotations

import bisect
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ptodsl.interpreter.conversion import convert
from ptodsl.interpreter.values import numpy_dtype
from ptodsl.ir.dtypes import (
    BF16,
    DTYPES,
    FP16,
    FP32,
    INDEX,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT32,
    UINT64,
    DType,
)
from ptodsl.ir.nodes import AttributeValue
from tests.application import Array, apply_to_tiles, bits, specials

MODES = ("rint", "round", "floor", "ceil", "trunc", "odd")
NUMBERS = [dtype for dtype in DTYPES.values() if dtype.is_float or dtype.is_integer]
INTEGERS = [dtype for dtype in NUMBERS if dtype.is_integer]


def every(dtype: DType) -> Array:
    """All 65,536 elements of a 16-bit float."""
    return np.arange(1 << 16, dtype=np.uint16).view(numpy_dtype(dtype))


def chosen(number: Fraction, below: Fraction, above: Fraction, below_is_even: bool, mode: str) -> bool:
    """Whether a number between two neighbours becomes the upper one."""
    towards_zero = number > 0
    nearest_up = number - below > above - number
    tie = number - below == above - number
    match mode:
        case "floor":
            return False
        case "ceil":
            return True
        case "trunc":
            return not towards_zero
        case "odd":
            return below_is_even
        case "round":
            return nearest_up or (tie and number > 0)
        case _:
            return nearest_up or (tie and not below_is_even)


def rounded_to_integer(number: float, mode: str) -> int:
    below = math.floor(number)
    if below == number:
        return below
    return below + chosen(Fraction(number), Fraction(below), Fraction(below + 1), below % 2 == 0, mode)


def integer_from(number: float, target: DType, mode: str) -> int:
    least, greatest = target.range
    if math.isnan(number):
        return 0
    if math.isinf(number):
        return greatest if number > 0 else least
    return min(max(rounded_to_integer(number, mode), least), greatest)


def float_from(number: float | int, target: DType, mode: str) -> float:
    """The neighbour of a number among all values of a 16-bit float, by the mode; the largest for what is beyond it."""
    if isinstance(number, float) and math.isnan(number):
        return math.nan
    largest = FINITE[target.name][-1]
    if abs(number) >= largest:
        return math.copysign(largest, number)
    index = bisect.bisect_right(FINITE[target.name], number) - 1
    below, above = FINITE[target.name][index], FINITE[target.name][index + 1]
    if below == number:
        return math.copysign(below, number) if number == 0 else below
    even = even_bits(below, target)
    up = chosen(Fraction(number), Fraction(below), Fraction(above), even, mode)
    return math.copysign(above if up else below, number)


def even_bits(number: float, dtype: DType) -> bool:
    return int(np.array(number, numpy_dtype(dtype)).view(np.uint16)) % 2 == 0


def finite_values(dtype: DType) -> list[float]:
    with np.errstate(invalid="ignore"):
        values = every(dtype).astype(np.float64)
    return sorted({float(value) for value in values[np.isfinite(values)]})


FINITE = {dtype.name: finite_values(dtype) for dtype in (FP16, BF16)}
INTERESTING = [
    *(sign * (whole + part) for sign in (1.0, -1.0) for whole in (0, 1, 2, 127, 128, 255, 32767) for part in (0, 0.5)),
    *(0.25, -0.25, 0.75, 1e-45, -1e-45, 65504.0, 65519.0, 65520.0, -70000.0, 3e38, 2.0**31, 2.0**63, -(2.0**63)),
    *(-0.0, math.inf, -math.inf, math.nan),
]
FLOATS = st.one_of(
    st.sampled_from(INTERESTING),
    st.floats(width=32),
    st.floats(-300, 300, width=32),
    st.floats(-(2.0**-13), 2.0**-13, width=32),
)


@given(FLOATS, st.sampled_from(MODES), st.sampled_from([FP16, BF16]))
def test_floats_round_to_a_neighbour(number: float, mode: str, target: DType) -> None:
    source = np.array([number], np.float32)
    with np.errstate(all="ignore"):
        converted = convert(source, FP32, target, mode)
        wanted = np.array([float_from(float(source[0]), target, mode)]).astype(numpy_dtype(target))
    assert bits(converted) == bits(wanted)


@given(FLOATS, st.sampled_from(MODES), st.sampled_from(INTEGERS))
def test_floats_round_to_integers(number: float, mode: str, target: DType) -> None:
    source = np.array([number], np.float32)
    with np.errstate(all="ignore"):
        converted = convert(source, FP32, target, mode)
    assert converted.dtype == numpy_dtype(target)
    assert converted.tolist() == [integer_from(float(source[0]), target, mode)]


@given(st.data(), st.sampled_from(INTEGERS), st.sampled_from(MODES), st.sampled_from([FP16, BF16]))
def test_integers_round_to_floats(data: st.DataObject, given_: DType, mode: str, target: DType) -> None:
    number = data.draw(st.integers(*given_.range))
    with np.errstate(all="ignore"):
        converted = convert(np.array([number], numpy_dtype(given_)), given_, target, mode)
    assert float(converted[0]) == float_from(number, target, mode)


@example(2**62 + 2**38 + 1, 0)
@example(-(2**62) - 2**38 - 1, 0)
@example(2**62 + 2**38, 0)
@given(st.integers(*INT64.range), st.integers(0, 40))
def test_64_bit_integers_round_to_fp32_once(number: int, shift: int) -> None:
    """Through a double, ties would come out wrong."""
    number >>= shift
    (converted,) = convert(np.array([number], np.int64), INT64, FP32)
    neighbours = [np.nextafter(converted, way) for way in (np.float32(-np.inf), np.float32(np.inf))]
    error = abs(Fraction(float(converted)) - number)
    others = [abs(Fraction(float(neighbour)) - number) for neighbour in neighbours]
    assert error <= min(others)
    assert error < min(others) or int(np.array(converted).view(np.uint32)) % 2 == 0


@given(st.data(), st.sampled_from(INTEGERS), st.sampled_from(INTEGERS))
def test_integers_saturate(data: st.DataObject, given_: DType, target: DType) -> None:
    number = data.draw(st.integers(*given_.range))
    converted = convert(np.array([number], numpy_dtype(given_)), given_, target)
    least, greatest = target.range
    assert converted.dtype == numpy_dtype(target)
    assert converted.tolist() == [min(max(number, least), greatest)]


@pytest.mark.parametrize("dtype", [FP16, BF16], ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("mode", [None, *MODES])
def test_16_bit_floats_survive_fp32(dtype: DType, mode: str | None) -> None:
    source = every(dtype)
    with np.errstate(all="ignore"):
        wide = convert(source, dtype, FP32, mode)
        np.testing.assert_array_equal(bits(wide), bits(source.astype(np.float32)))
        finite = np.isfinite(wide)
        np.testing.assert_array_equal(bits(convert(wide, FP32, dtype, mode)[finite]), bits(source[finite]))


@pytest.mark.parametrize(("target", "largest"), [(FP16, 65504.0), (BF16, 3.3895313892515355e38)])
def test_16_bit_floats_saturate_at_infinity(target: DType, largest: float) -> None:
    source = np.array([np.inf, -np.inf, 3.4e38, -3.4e38], np.float32)
    assert convert(source, FP32, target).astype(np.float64).tolist() == [largest, -largest, largest, -largest]


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("rint", [2, 2, -2, 0, -2]),
        ("round", [3, 2, -3, 1, -2]),
        ("floor", [2, 1, -3, 0, -2]),
        ("ceil", [3, 2, -2, 1, -1]),
        ("trunc", [2, 1, -2, 0, -1]),
        ("odd", [3, 1, -3, 1, -1]),
        ("none", [2, 1, -2, 0, -1]),
        (None, [2, 1, -2, 0, -1]),
    ],
)
def test_rounding_modes_are_what_they_say(mode: str | None, wanted: list[int]) -> None:
    source = np.array([[2.5, 1.5, -2.5, 0.5, -1.5]], np.float32)
    attributes: dict[str, AttributeValue] = {"dtype": INT32} if mode is None else {"dtype": INT32, "mode": mode}
    assert apply_to_tiles("cast", {"source": source}, FP32, attributes).data.tolist() == [wanted]


@pytest.mark.parametrize(
    ("given_", "target"),
    [(given_, target) for given_ in NUMBERS for target in NUMBERS if target is not INDEX],
    ids=lambda dtype: dtype.name,
)
def test_every_pair_of_dtypes_casts(given_: DType, target: DType) -> None:
    source = specials(given_)[np.newaxis]
    result = apply_to_tiles("cast", {"source": source}, given_, {"dtype": target})
    assert result.data.dtype == numpy_dtype(target)
    assert result.defined.all()
    inside = [column for column, value in enumerate(source[0].astype(np.float64)) if value in (0.0, 1.0)]
    assert result.data[0, inside].astype(np.float64).tolist() == source[0, inside].astype(np.float64).tolist()


def test_small_and_unsigned_integers_hold_their_edges() -> None:
    source = np.array([-1.0, 127.4, 127.5, 255.5, 2.0**32, 1.9e19], np.float32)
    assert convert(source, FP32, INT8, "rint").tolist() == [-1, 127, 127, 127, 127, 127]
    assert convert(source, FP32, UINT8, "rint").tolist() == [0, 127, 128, 255, 255, 255]
    assert convert(source, FP32, INT16, "rint").tolist() == [-1, 127, 128, 256, 32767, 32767]
    assert convert(source, FP32, UINT32, "rint").tolist() == [0, 127, 128, 256, 2**32 - 1, 2**32 - 1]
    assert convert(source, FP32, UINT64, "rint").tolist() == [0, 127, 128, 256, 2**32, 2**64 - 1]
