"""Comparison of results by dtype: what counts as equal, and where it is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ml_dtypes
import numpy as np

from ptodsl.errors import PtoError
from ptodsl.errors.testing import ResultsDiffer
from ptodsl.ir.dtypes import BF16, DTYPES, FP16, DType

if TYPE_CHECKING:
    import torch

SHOWN = 10
"""How many mismatches a report lists."""

_TOLERANCE = {"fp32": 1e-5, "fp16": 2e-3, "bf16": 2e-3}


def tolerance(dtypes: Iterable[DType]) -> float:
    """The tolerance of a computation on these dtypes: 2e-3 with a 16-bit float among them, else 1e-5."""
    return max((_TOLERANCE.get(dtype.name, 0.0) for dtype in dtypes), default=0.0)


@dataclass(frozen=True)
class Difference:
    """How far a result is from what was expected; relative errors are |x - r| / (1 + |r|)."""

    max_abs: float
    max_rel: float
    count: int
    total: int
    indices: tuple[tuple[int, ...], ...]
    lines: tuple[str, ...]


def difference(actual: Any, expected: Any, atol: float, rtol: float) -> Difference:
    """Compares two arrays (numpy or torch) of one shape.

    An element is right if |x - r| <= atol + rtol * |r|, if both are NaN or the same infinity, or, where the actual
    dtype has 16 bits, if it is at most one unit in its last place from the expected value rounded to it. Integers and
    BOOL are compared exactly.
    """
    dtype = dtype_of(actual)
    found, wanted = _wide(actual), _wide(expected)
    if found.shape != wanted.shape:
        raise ValueError(f"shapes differ: {found.shape} and {wanted.shape}")
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs(found - wanted)
        same = (found == wanted) | (np.isnan(found) & np.isnan(wanted))
        gap = np.where(same, 0.0, np.where(np.isnan(gap), np.inf, gap))
        bound = atol + rtol * np.abs(wanted) if dtype.is_float else np.zeros_like(wanted)
        right = same | (np.isfinite(gap) & (gap <= bound))
        if dtype in (FP16, BF16):
            right |= _neighbours(found, wanted, dtype)
        relative = np.where(same, 0.0, gap / (1.0 + np.abs(wanted)))
    indices = np.argwhere(~right)
    shown = [tuple(int(i) for i in index) for index in indices[:SHOWN]]
    lines = tuple(f"{list(index)}: {found[index]:.9g}, expected {wanted[index]:.9g}" for index in shown)
    largest = float(np.max(gap, initial=0.0)), float(np.nanmax(relative, initial=0.0))
    return Difference(*largest, len(indices), found.size, tuple(shown), lines)


def assert_close(
    actual: Any,
    expected: Any,
    *,
    dtypes: Iterable[DType] = (),
    atol: float | None = None,
    rtol: float | None = None,
    name: str = "result",
) -> None:
    """Raises PtoError E0901 with the worst elements unless two arrays agree.

    The tolerance is that of `dtypes`, the inputs', and of the actual dtype, where `atol` or `rtol` do not say.
    """
    default = tolerance([*dtypes, dtype_of(actual)])
    found = difference(actual, expected, default if atol is None else atol, default if rtol is None else rtol)
    if found.count:
        raise PtoError([mismatch(name, found)])


def mismatch(name: str, found: Difference) -> ResultsDiffer:
    """The mistake that a difference is."""
    return ResultsDiffer(
        None,
        name=name,
        count=found.count,
        total=found.total,
        worst=f"{found.max_abs:.3g}",
        elements="\n".join(found.lines),
    )


def _neighbours(found: np.ndarray[Any, Any], wanted: np.ndarray[Any, Any], dtype: DType) -> np.ndarray[Any, Any]:
    """Whether two values are at most one step of a 16-bit float apart."""
    narrow = np.float16 if dtype is FP16 else ml_dtypes.bfloat16
    left, right = _steps(found.astype(narrow)), _steps(wanted.astype(narrow))
    near: np.ndarray[Any, Any] = (np.abs(left - right) <= 1) & np.isfinite(found) & np.isfinite(wanted)
    return near


def _steps(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The position of each 16-bit float on the line of all of them; both zeros are at 0."""
    bits: np.ndarray[Any, np.dtype[np.int32]] = values.view(np.int16).astype(np.int32)
    steps: np.ndarray[Any, Any] = np.where(bits < 0, -(bits & 0x7FFF), bits)
    return steps


def _wide(array: Any) -> np.ndarray[Any, Any]:
    """An array as float64."""
    return _numpy(array).astype(np.float64)


def _numpy(array: Any) -> np.ndarray[Any, Any]:
    if hasattr(array, "detach"):
        tensor: torch.Tensor = array.detach().cpu()
        return np.asarray(tensor.double().numpy())
    return np.asarray(array)


def dtype_of(array: Any) -> DType:
    """The dtype of a numpy array or torch tensor."""
    name = str(array.dtype).removeprefix("torch.")
    return next(dtype for dtype in DTYPES.values() if dtype.numpy == name)
