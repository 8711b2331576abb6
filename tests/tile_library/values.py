"""Random operands with the values that break kernels, poison, and comparison to the bit."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np

from tests.tile_library.instruction_kernels import Array, Operand

SPECIAL = (0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-40, -1e-40, 6e-8, 3.3e38, -65504.0, 65520.0, 0.5, -2.5)


def is_floating(dtype: np.dtype[Any]) -> bool:
    """Whether numpy or ml_dtypes calls it a float."""
    return dtype == ml_dtypes.bfloat16 or np.issubdtype(dtype, np.floating)


def ordinary(rng: np.random.Generator, dtype: np.dtype[Any], shape: tuple[int, int]) -> Array:
    """Values of all sizes that are neither special nor near the ends of the range."""
    if is_floating(dtype):
        return np.asarray(rng.standard_normal(shape) * 4).astype(dtype)
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)


def hostile(rng: np.random.Generator, dtype: np.dtype[Any], shape: tuple[int, int]) -> Array:
    """Ordinary values with every special one among them."""
    values = ordinary(rng, dtype, shape)
    if is_floating(dtype):
        with np.errstate(over="ignore", under="ignore"):
            special = np.array(SPECIAL, np.float32).astype(dtype)
    else:
        info = np.iinfo(dtype)
        special = np.array([0, 1, info.max, info.min, info.max - 1], dtype)
    places = rng.random(shape) < 0.4
    values[places] = rng.choice(special, int(places.sum()))
    return values


def poison(rng: np.random.Generator, operand: Operand) -> Array:
    """Random bytes in the shape of a tile."""
    size = operand.rows * operand.cols * operand.dtype.itemsize
    return np.frombuffer(rng.bytes(size), operand.dtype).reshape(operand.rows, operand.cols)


def bits(array: Array) -> Array:
    """The array's bits, every NaN as one and the same."""
    unsigned = np.dtype(f"u{array.dtype.itemsize}")
    raw = np.array(array, order="C").view(unsigned)
    if is_floating(array.dtype):
        raw[np.isnan(array)] = np.iinfo(unsigned).max
    return np.asarray(raw)


def assert_same(actual: Array, expected: Array) -> None:
    """Equal to the bit, signs of zero too; NaN equals NaN."""
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(bits(actual), bits(expected))


def assert_only_valid_written(operand: Operand, actual: Array, before: Array, expected: Array) -> None:
    """The valid elements are as expected and every other byte is as it was."""
    whole = np.array(before)
    whole[operand.inside] = expected
    raw_actual, raw_whole = actual.view(np.uint8), whole.view(np.uint8)
    outside = np.ones(actual.shape, bool)
    outside[operand.inside] = False
    width = actual.dtype.itemsize
    np.testing.assert_array_equal(
        raw_actual.reshape(*actual.shape, width)[outside], raw_whole.reshape(*actual.shape, width)[outside]
    )
    assert_same(actual[operand.inside], whole[operand.inside])
