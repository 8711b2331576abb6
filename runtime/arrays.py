"""Array-like objects as the memory they stand for, whatever library they come from."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

HOST = "cpu"

_LAST_ADDRESS = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class ArrayView:
    """Where an array's elements lie, and all that can be wrong with it as an argument."""

    address: int
    shape: tuple[int, ...]
    dtype: str
    """The name that numpy, ml_dtypes and torch agree on, e.g. `bfloat16`."""
    size: int
    """Bytes of one element."""
    strides: tuple[int, ...] | None
    """In elements; None where it is C-contiguous."""
    writable: bool = True
    native: bool = True
    """Whether the bytes of an element are in this machine's order."""
    device: str = HOST
    requires_grad: bool = False
    owner: object = None
    """What keeps the memory alive."""

    @property
    def bytes(self) -> range:
        """The addresses of a C-contiguous array's bytes."""
        count = self.size
        for extent in self.shape:
            count *= extent
        return range(self.address, self.address + count)


class Unreadable(Exception):
    """An array whose memory cannot be used in place; the text says why."""


def view(value: object) -> ArrayView | None:
    """The memory behind an array; None for what is no array. Raises Unreadable."""
    seen = _view(value)
    if seen is not None and seen.device == HOST and len(seen.shape) and 0 not in seen.shape:
        _check_address(seen)
    return seen


def _check_address(seen: ArrayView) -> None:
    """Raises where there can be no memory; whether what an object says of its memory is true, nobody can tell."""
    if seen.address == 0:
        raise Unreadable("it has no memory: it was freed, or is only a stand-in")
    if not 0 < seen.address <= _LAST_ADDRESS - max(0, seen.bytes.stop - seen.bytes.start):
        raise Unreadable(f"there is no memory at the address {seen.address}")


def _view(value: object) -> ArrayView | None:
    if isinstance(value, np.ndarray):
        return _of_numpy(value)  # pyright: ignore[reportUnknownArgumentType]  # an array of any shape and dtype
    if isinstance(value, np.generic):
        return None
    try:
        if is_torch(value):
            return _of_torch(value)
        if hasattr(value, "__array_interface__"):
            return _of_numpy(np.asarray(_Interface(value)))
        if hasattr(value, "__dlpack__"):
            from ptodsl.runtime.dlpack import view_of_dlpack

            return view_of_dlpack(value)
        if hasattr(value, "data_ptr"):
            return _of_pointer(value)
    except Unreadable:
        raise
    except Exception as error:
        raise Unreadable(f"{type(value).__name__} said: {error}") from error
    return None


def is_torch(value: object) -> bool:
    """Whether it is a torch tensor; torch is not imported to find out."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, getattr(torch, "Tensor", ()))


class _Interface:
    """The array interface of an object and nothing else of it: numpy would prefer what may copy."""

    def __init__(self, value: Any) -> None:
        self.__array_interface__ = value.__array_interface__
        self.owner = value


def _of_numpy(array: np.ndarray[Any, Any]) -> ArrayView:
    masked = sys.modules.get("numpy.ma")
    if masked is not None and isinstance(array, masked.MaskedArray):
        raise Unreadable("a masked array has no value where it is masked; pass its `.filled(...)`")
    size = array.dtype.itemsize
    return ArrayView(
        address=array.ctypes.data,
        shape=array.shape,
        dtype=array.dtype.name,
        size=size,
        strides=None if array.flags.c_contiguous else tuple(stride // size for stride in array.strides),
        writable=array.flags.writeable,
        native=array.dtype.isnative,
        owner=array,
    )


def _of_torch(tensor: Any) -> ArrayView:
    if str(tensor.layout) != "torch.strided":
        raise Unreadable(f"its layout is {tensor.layout}")
    if tensor.is_neg() or tensor.is_conj():
        raise Unreadable("it is a lazy negation or conjugate; pass its `.resolve_neg().resolve_conj()`")
    device = tensor.device
    try:
        address = tensor.data_ptr() if device.type == HOST else 0
    except RuntimeError as error:
        raise Unreadable(f"torch said: {error}") from error
    return ArrayView(
        address=address,
        shape=tuple(tensor.shape),
        dtype=str(tensor.dtype).removeprefix("torch."),
        size=tensor.element_size(),
        strides=None if tensor.is_contiguous() else tuple(tensor.stride()),
        device=str(device),
        requires_grad=tensor.requires_grad,
        owner=tensor,
    )


def _of_pointer(value: Any) -> ArrayView:
    """An object with torch's names, of another library."""
    dtype = str(value.dtype).rpartition(".")[2]
    contiguous = value.is_contiguous() if hasattr(value, "is_contiguous") else True
    strides = None if contiguous else tuple(int(stride) for stride in value.stride())
    return ArrayView(
        address=int(value.data_ptr()),
        shape=tuple(int(extent) for extent in value.shape),
        dtype=dtype,
        size=int(value.element_size()) if hasattr(value, "element_size") else np.dtype(dtype).itemsize,
        strides=strides,
        device=str(getattr(value, "device", HOST)),
        requires_grad=bool(getattr(value, "requires_grad", False)),
        owner=value,
    )
