"""Buffers for the results that a launch provides, in the library that its arguments come from."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import ml_dtypes
import numpy as np

from ptodsl.errors import PtoError
from ptodsl.errors.launch import OutCountDiffers
from ptodsl.errors.runtime import OutOfMemory
from ptodsl.ir.dtypes import BF16, INDEX, DType
from ptodsl.runtime.arrays import is_torch
from ptodsl.runtime.signature import Signature, TensorSlot

_POISON_BYTE = 0xA5


def numpy_dtype(dtype: DType) -> np.dtype[Any]:
    """How numpy holds a dtype."""
    return np.dtype(ml_dtypes.bfloat16 if dtype is BF16 else torch_name(dtype))


class Provider:
    """Makes the buffers of a program's provided results."""

    __slots__ = ("_first", "_makers", "_slots")

    def __init__(self, signature: Signature) -> None:
        slots = signature.provided
        tensors = (index for index, slot in enumerate(signature.parameters) if isinstance(slot, TensorSlot))
        self._slots = slots
        self._first = next(tensors, None)
        self._makers = tuple(partial(np.empty, slot.shape, numpy_dtype(slot.dtype)) for slot in slots)

    def fresh(self, values: Sequence[object], *, poison: bool = False) -> tuple[Any, ...]:
        """New buffers, of the library of the first array argument: numpy for any but torch.

        Their contents are undefined. With `poison` they are NaN or bytes 0xA5, so that what stays unwritten shows.
        Raises E0802.
        """
        try:
            if self._first is not None and is_torch(values[self._first]):
                buffers = tuple([_torch_tensor(slot) for slot in self._slots])
            else:
                buffers = tuple([make() for make in self._makers])
        except (MemoryError, RuntimeError) as error:  # torch raises the latter
            raise PtoError([OutOfMemory(None, what=_in_words(self._slots))]) from error
        if poison:
            for slot, buffer in zip(self._slots, buffers, strict=True):
                _poison(slot.dtype, buffer)
        return buffers


def given(slots: Sequence[TensorSlot], out: object) -> tuple[object, ...]:
    """The buffers of `out=`: one object, or a list or tuple with one for each provided result. Raises E0718."""
    buffers = tuple(cast("Sequence[object]", out)) if isinstance(out, (list, tuple)) else (out,)
    if len(buffers) != len(slots):
        names = ", ".join(f"`{slot.name}`" for slot in slots)
        how = f"give one buffer for each of {names}, in this order" if slots else "leave `out=` out"
        raise PtoError([OutCountDiffers(None, given=len(buffers), count=len(slots), how=how)])
    return buffers


def torch_name(dtype: DType) -> str:
    """The attribute of torch that is a dtype."""
    return "int64" if dtype is INDEX else dtype.numpy


def _in_words(slots: Sequence[TensorSlot]) -> str:
    return "results: " + ", ".join(f"`{slot.name}` is {slot.dtype}{list(slot.shape)}" for slot in slots)


def _torch_tensor(slot: TensorSlot) -> Any:
    torch = sys.modules["torch"]
    return torch.empty(slot.shape, dtype=getattr(torch, torch_name(slot.dtype)))


def _poison(dtype: DType, buffer: Any) -> None:
    if dtype.is_float:
        buffer[...] = float("nan")
    else:
        buffer.view(sys.modules["torch"].uint8 if is_torch(buffer) else np.uint8)[...] = _POISON_BYTE
