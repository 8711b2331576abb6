"""The bits of a scalar's slot, for every dtype."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptodsl.ir.dtypes import (
    BF16,
    BOOL,
    DTYPES,
    FP16,
    FP32,
    INDEX,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT64,
    DType,
)
from ptodsl.runtime.scalars import OutOfRange, WrongKind, slot_bits

FLOATS = [FP16, BF16, FP32]
INTEGERS = [dtype for dtype in DTYPES.values() if dtype.is_integer]


@pytest.mark.parametrize(
    ("value", "dtype", "bits"),
    [
        (True, BOOL, 1),
        (np.False_, BOOL, 0),
        (-1, INT8, -1),
        (-128, INT8, -128),
        (255, UINT8, 255),
        (np.int16(-5), INT32, -5),
        (-(2**63), INT64, -(2**63)),
        (2**63 - 1, INDEX, 2**63 - 1),
        (2**64 - 1, UINT64, -1),
        (2**63, UINT64, -(2**63)),
        (1.0, FP32, 0x3F800000),
        (-0.0, FP32, 0x80000000),
        (np.float16(1.5), FP32, 0x3FC00000),
        (ml_dtypes.bfloat16(-2.0), BF16, 0xC000),
        (1.0, FP16, 0x3C00),
        (65504.0, FP16, 0x7BFF),
        (65519.9, FP16, 0x7BFF),
        (2.0**-24, FP16, 0x0001),
        (2.0**-25, FP16, 0x0000),
        (2.0**-25 * 1.0001, FP16, 0x0001),
        (5e-324, FP32, 0),
        (1.0 + 2.0**-8, BF16, 0x3F80),
        (1.0 + 3 * 2.0**-8, BF16, 0x3F82),
        (math.inf, FP16, 0x7C00),
        (-math.inf, BF16, 0xFF80),
        (math.nan, FP32, 0x7FC00000),
        (3, FP16, 0x4200),
        (2048, FP16, 0x6800),
    ],
)
def test_slot_holds_these_bits(value: object, dtype: DType, bits: int) -> None:
    assert slot_bits(value, dtype) == bits


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
@given(fraction=st.floats(-1, 1), exponent=st.integers(-30, 15))
def test_float_is_rounded_once_to_nearest_even(dtype: DType, fraction: float, exponent: int) -> None:
    value = math.ldexp(fraction, exponent)
    assert slot_bits(value, dtype) == NEAREST[dtype](value)


def nearest_bf16(value: float) -> int:
    """The nearer of the two bfloat16 around a number: ml_dtypes would round a double by way of FP32, twice."""
    truncated = struct.unpack("<I", struct.pack("<f", value))[0] >> 16
    near = [truncated + step for step in (-1, 0, 1) if truncated & 0x7FFF or step >= 0]
    decoded = {bits: struct.unpack("<f", struct.pack("<I", bits << 16))[0] for bits in near}
    return int(min(near, key=lambda bits: (abs(decoded[bits] - value), bits & 1)))


NEAREST: dict[DType, Callable[[float], int]] = {
    FP16: lambda value: int(np.float64(value).astype(np.float16).view(np.uint16)),
    FP32: lambda value: struct.unpack("<I", struct.pack("<f", value))[0],
    BF16: nearest_bf16,
}


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_every_float_of_the_dtype_keeps_its_bits(dtype: DType) -> None:
    rng = np.random.default_rng(7)
    unsigned: Any = np.uint32 if dtype is FP32 else np.uint16
    patterns = rng.integers(0, 1 << dtype.bits, 4096, dtype=np.uint64).astype(unsigned)
    with np.errstate(invalid="ignore"):
        floats = patterns.view(ml_dtypes.bfloat16 if dtype is BF16 else dtype.numpy).astype(np.float64)
    for bits, value in zip(patterns.tolist(), floats.tolist(), strict=True):
        if not math.isnan(value):
            assert slot_bits(value, dtype) == bits


@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
def test_integer_range_is_exact(dtype: DType) -> None:
    least, greatest = dtype.range
    for value in (least, greatest):
        assert (slot_bits(value, dtype) - value) % 2**64 == 0
    for value in (least - 1, greatest + 1):
        with pytest.raises(OutOfRange):
            slot_bits(value, dtype)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (1, BOOL),
        (np.int64(1), BOOL),
        (1.0, BOOL),
        (True, INT32),
        (np.True_, INT32),
        (1.0, INT32),
        (np.float32(1), INT64),
        (True, FP32),
        (np.True_, FP16),
        ("1", INT16),
        (None, FP32),
        (1j, FP32),
        (np.array(1.0), FP32),
    ],
)
def test_kind_that_is_not_the_dtypes_is_refused(value: object, dtype: DType) -> None:
    with pytest.raises(WrongKind):
        slot_bits(value, dtype)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [(65520.0, FP16), (1e39, FP32), (-3.4e38 * 2, BF16), (2**24 + 1, FP32), (2049, FP16), (257, BF16), (10**400, FP32)],
)
def test_number_that_the_float_cannot_hold_is_refused(value: object, dtype: DType) -> None:
    with pytest.raises(OutOfRange):
        slot_bits(value, dtype)
