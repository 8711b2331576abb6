"""Constants for tiles, by dtype, and the arrays that programs run on."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptodsl.ir.dtypes import DType, Kind
from ptodsl.runtime.results import numpy_dtype

FLOATS = ("0.5", "-1.5", "2.0", "0.1", "-3", "1", "0.0", "1e-3")
INTEGERS = ("1", "-1", "3", "7", "0", "2")


def literal(random: Random, dtype: DType, *, zero: bool = True) -> str:
    """A constant that a dtype holds."""
    words = FLOATS if dtype.is_float else INTEGERS
    least = float("-inf") if dtype.is_float else dtype.range[0]
    return random.choice([word for word in words if (zero or float(word)) and float(word) >= least])


def array(seed: int, shape: tuple[int, ...], dtype: DType, *, whole_numbers: bool) -> NDArray[Any]:
    """Random elements; small whole numbers where sums must be exact."""
    generator = np.random.default_rng(seed)
    if whole_numbers or not dtype.is_float:
        least = 0 if dtype.kind is Kind.UINT else -6
        return generator.integers(least, 7, shape).astype(numpy_dtype(dtype))
    return generator.uniform(-3, 3, shape).astype(np.float32).astype(numpy_dtype(dtype))
