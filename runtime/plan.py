"""What the native launcher must know of a program: the structures of launcher.cpp, filled from a signature."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from typing_extensions import assert_never

from ptodsl.ir.dtypes import BF16, FP32, DType, Kind
from ptodsl.runtime.results import numpy_dtype, torch_name
from ptodsl.runtime.signature import Access, ScalarSlot, Slot, TensorSlot

_MAX_RANK = 5
_TENSOR, _INTEGER, _FLOAT32, _BOOL, _UNFIT = range(5)
_SCALAR_KINDS = {Kind.BOOL: _BOOL, Kind.INT: _INTEGER, Kind.UINT: _INTEGER, Kind.INDEX: _INTEGER}
_INT64_MAX = 2**63 - 1
_FORMATS = "?bhilqBHILQef"
"""The one-letter buffer formats; two of them may be one dtype (`l` and `q`)."""


class _Slot(ctypes.Structure):
    _fields_ = (
        ("kind", ctypes.c_int32),
        ("rank", ctypes.c_int32),
        ("item_size", ctypes.c_int32),
        ("writes", ctypes.c_int32),
        ("formats", ctypes.c_char * 8),
        ("shape", ctypes.c_int64 * _MAX_RANK),
        ("minimum", ctypes.c_int64),
        ("maximum", ctypes.c_int64),
        ("extents", ctypes.c_void_p),
        ("stored", ctypes.c_void_p),
        ("viewed", ctypes.c_void_p),
        ("torch_dtype", ctypes.c_void_p),
    )


_ATTRIBUTES = ("dtype", "view", "shape", "is_cpu", "is_contiguous", "is_neg", "requires_grad", "data_ptr")


class _Names(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_void_p) for name in ("array", "tensor", "integer", "real", "yes", "no", *_ATTRIBUTES)
    )


class _Plan(ctypes.Structure):
    _fields_ = (
        ("run", ctypes.c_void_p),
        ("threads", ctypes.c_int64),
        ("seed", ctypes.c_uint64),
        ("names", _Names),
        ("count", ctypes.c_int64),
        ("slots", ctypes.POINTER(_Slot)),
    )


_NAMED: Mapping[str, object] = {
    "array": np.ndarray,
    "integer": int,
    "real": float,
    "yes": True,
    "no": False,
    **{name: sys.intern(name) for name in _ATTRIBUTES},
}
"""The objects behind `_Names`, kept alive here."""
_BITS_DTYPE = numpy_dtype(BF16)
_BITS_VIEW = np.dtype(np.uint16)
"""A dtype that the buffer protocol lacks, and the one of the same size that it is seen through."""


class Plan:
    """The plan of a program whose entry is at an address; valid as long as this object lives."""

    __slots__ = ("_rows", "_slots", "_structure", "address")

    def __init__(self, entry: int, slots: Sequence[Slot], threads: int) -> None:
        self._slots = tuple(slots)
        self._rows = (_Slot * max(1, len(slots)))(*map(_row, slots))
        names = _Names(**{name: id(value) for name, value in _NAMED.items()})
        self._structure = _Plan(entry, threads, 0, names, len(slots), self._rows)
        self.address = ctypes.addressof(self._structure)

    def shuffle(self, seed: int) -> None:
        """Has ready tasks run in an order drawn from a seed; 0: earliest first."""
        self._structure.seed = seed

    def admit_torch(self) -> None:
        """Lets the launcher take torch tensors itself, if torch has been imported by now."""
        torch: Any = sys.modules.get("torch")
        if self._structure.names.tensor or not hasattr(torch, "Tensor"):
            return
        for slot, row in zip(self._slots, self._rows, strict=False):
            if isinstance(slot, TensorSlot):
                row.torch_dtype = id(getattr(torch, torch_name(slot.dtype), None))
        self._structure.names.tensor = id(torch.Tensor)


def _row(slot: Slot) -> _Slot:
    match slot:
        case TensorSlot():
            return _tensor_row(slot)
        case ScalarSlot():
            return _scalar_row(slot)
        case _:
            assert_never(slot)


def _tensor_row(slot: TensorSlot) -> _Slot:
    if len(slot.shape) > _MAX_RANK:
        return _Slot(kind=_UNFIT)
    row = _Slot(
        kind=_TENSOR,
        rank=len(slot.shape),
        item_size=slot.dtype.size,
        writes=slot.access is not Access.READ,
        formats=_formats(slot.dtype),
        shape=slot.shape,
        extents=id(slot.shape),
    )
    if slot.dtype is BF16:
        row.stored, row.viewed = id(_BITS_DTYPE), id(_BITS_VIEW)
    return row


def _formats(dtype: DType) -> bytes:
    wanted = _BITS_VIEW if dtype is BF16 else numpy_dtype(dtype)
    return "".join(letter for letter in _FORMATS if np.dtype(letter) == wanted).encode("ascii")


def _scalar_row(slot: ScalarSlot) -> _Slot:
    """Narrow floats are rare as scalars and left to Python."""
    if slot.dtype.is_float:
        return _Slot(kind=_FLOAT32 if slot.dtype is FP32 else _UNFIT)
    least, greatest = slot.dtype.range
    return _Slot(kind=_SCALAR_KINDS[slot.dtype.kind], minimum=least, maximum=min(greatest, _INT64_MAX))
