"""A program as text, with what it is compiled for and the arguments to run it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptodsl.ir.dtypes import BOOL, DType, Kind
from ptodsl.machine import ARCHITECTURES, Architecture
from ptodsl.runtime.results import numpy_dtype
from tests.fuzz.writing.facts import Tensor


@dataclass(frozen=True)
class Argument:
    """What the entry is passed: an array filled by a seed, or given values."""

    name: str
    shape: tuple[int, ...]
    dtype: DType
    seed: int = 0
    values: tuple[int | float, ...] | None = None
    rough: bool = False

    @property
    def annotation(self) -> str:
        """Its type as programs write it; a scalar has no shape."""
        if not self.shape:
            return f"pl.Scalar[pl.{self.dtype}]"
        return Tensor("", self.shape, self.dtype).annotation

    def value(self, *, whole_numbers: bool) -> Any:
        """A fresh argument."""
        if self.values is None:
            return _elements(self.seed, self.shape, self.dtype, whole_numbers=whole_numbers)
        if not self.shape:
            return bool(self.values[0]) if self.dtype is BOOL else self.values[0]
        return np.array(self.values, numpy_dtype(self.dtype))


def _elements(seed: int, shape: tuple[int, ...], dtype: DType, *, whole_numbers: bool) -> NDArray[Any]:
    """Random elements; small whole numbers where sums must be exact."""
    generator = np.random.default_rng(seed)
    if whole_numbers or not dtype.is_float:
        least = 0 if dtype.kind is Kind.UINT else -6
        return generator.integers(least, 7, shape).astype(numpy_dtype(dtype))
    return generator.uniform(-3, 3, shape).astype(np.float32).astype(numpy_dtype(dtype))


@dataclass(frozen=True)
class Source:
    """A program's text, what to compile it for, and its arguments.

    `stage` is empty for Python; for IR text the stage that it is of. `changed` says that something has been done to it
    since it was written, so that nothing is known of what it computes.
    """

    name: str
    text: str
    arch: str
    arguments: tuple[Argument, ...]
    rough_results: tuple[bool, ...]
    whole: bool
    """Whether its arguments are small whole numbers, so that sums of products are exact in any order."""
    mixed: bool = False
    """Whether products are among what vector kernels compute."""
    stage: str = ""
    changed: bool = False

    @property
    def architecture(self) -> Architecture:
        """What it is compiled for."""
        return ARCHITECTURES[self.arch]

    def values(self) -> list[Any]:
        """Fresh arguments, the same every time."""
        return [argument.value(whole_numbers=self.whole) for argument in self.arguments]

    @property
    def is_rough(self) -> tuple[bool, ...]:
        """Which of the results, then of the arguments, may differ in their last bits."""
        return (*self.rough_results, *(argument.rough for argument in self.arguments if argument.shape))
