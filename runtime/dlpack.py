"""Arrays through the DLPack protocol, read where they are: the capsule is looked into, not consumed."""

from __future__ import annotations

import ctypes
from typing import Any

from ptodsl.runtime.arrays import HOST, ArrayView, Unreadable

_CPU_DEVICES = frozenset({1, 3, 11, 13})
"""The host itself, and memory of the host that a CUDA, ROCm or oneAPI device also sees."""
_DEVICE_NAMES = {2: "cuda", 4: "opencl", 7: "vulkan", 8: "metal", 10: "rocm", 12: "npu", 14: "oneapi", 16: "hexagon"}
_CODES = {0: "int", 1: "uint", 2: "float", 4: "bfloat", 5: "complex", 6: "bool"}
_READ_ONLY_FLAG = 1


class _Tensor(ctypes.Structure):
    _fields_ = (
        ("data", ctypes.c_void_p),
        ("device_type", ctypes.c_int32),
        ("device_id", ctypes.c_int32),
        ("rank", ctypes.c_int32),
        ("code", ctypes.c_uint8),
        ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    )


class _Versioned(ctypes.Structure):
    _fields_ = (
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("context", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("tensor", _Tensor),
    )


_is_valid = ctypes.pythonapi.PyCapsule_IsValid
_is_valid.argtypes = (ctypes.py_object, ctypes.c_char_p)
_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.argtypes = (ctypes.py_object, ctypes.c_char_p)
_pointer.restype = ctypes.c_void_p


def view_of_dlpack(value: Any) -> ArrayView:
    """The memory behind an object with `__dlpack__`. An unversioned one counts as read-only: it cannot say."""
    device, number = value.__dlpack_device__()
    if int(device) not in _CPU_DEVICES:
        name = _DEVICE_NAMES.get(int(device), f"DLPack {int(device)}")
        return ArrayView(0, tuple(value.shape), str(value.dtype), 1, None, device=f"{name}:{number}")
    capsule = _capsule(value)
    if _is_valid(capsule, b"dltensor_versioned"):
        versioned = _Versioned.from_address(_pointer(capsule, b"dltensor_versioned"))
        return _view(versioned.tensor, writable=not versioned.flags & _READ_ONLY_FLAG, owner=(value, capsule))
    if _is_valid(capsule, b"dltensor"):
        tensor = _Tensor.from_address(_pointer(capsule, b"dltensor"))
        return _view(tensor, writable=False, owner=(value, capsule))
    raise Unreadable("its __dlpack__ gives a capsule of an unknown kind")


def _capsule(value: Any) -> object:
    try:
        return value.__dlpack__(max_version=(1, 0))
    except TypeError:
        return value.__dlpack__()


def _view(tensor: Any, *, writable: bool, owner: object) -> ArrayView:
    if tensor.lanes != 1:
        raise Unreadable(f"its elements are vectors of {tensor.lanes}")
    shape = tuple(tensor.shape[: tensor.rank])
    strides = tuple(tensor.strides[: tensor.rank]) if tensor.strides else None
    name = _CODES.get(tensor.code, f"code {tensor.code} of ")
    return ArrayView(
        address=(tensor.data or 0) + tensor.byte_offset,
        shape=shape,
        dtype=name if name == "bool" else f"{name}{tensor.bits}",
        size=tensor.bits // 8,
        strides=None if strides is None or _is_dense(shape, strides) else strides,
        writable=writable,
        device=HOST,
        owner=owner,
    )


def _is_dense(shape: tuple[int, ...], strides: tuple[int, ...]) -> bool:
    step = 1
    for extent, stride in zip(reversed(shape), reversed(strides), strict=True):
        if extent != 1 and stride != step:
            return False
        step *= extent
    return True
