"""What the tests of launching say arguments and complaints with."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ptodsl.errors import PtoError
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.signature import Fault
from tests.unit.runtime_programs import COUNT

FAULTS = (Fault("index {0} of {7}", "nowhere.py", 3), Fault("here", __file__, 1))


def echoed(program: Launch, *values: object) -> list[int]:
    """The slots of the values as the program saw them."""
    buffer = np.zeros(COUNT, np.int64)
    program(buffer, len(values), *values)
    return [int(bits) for bits in buffer[: len(values)]]


def problems(program: Launch, *arguments: object, out: object = None, **named: object) -> list[type]:
    """The classes of what a launch complains of."""
    with pytest.raises(PtoError) as caught:
        program(*arguments, out=out, **named)
    assert str(caught.value)
    return [type(diagnostic) for diagnostic in caught.value.diagnostics]


def numbers(shape: Sequence[int] = (16, 5), dtype: Any = np.float32, seed: int = 0) -> Any:
    """Random numbers."""
    return (np.random.default_rng(seed).standard_normal(shape) * 50).astype(dtype)


def read_only() -> Any:
    """An array that may not be written."""
    array = numbers()
    array.flags.writeable = False
    return array


class DLPack:
    """An array of a library that speaks DLPack alone."""

    def __init__(self, array: Any, device: tuple[int, int] = (1, 0), *, versions: bool = True) -> None:
        self.array, self.device, self.versions = array, device, versions
        self.shape, self.dtype = array.shape, array.dtype

    def __dlpack_device__(self) -> tuple[int, int]:
        return self.device

    def __dlpack__(self, **options: Any) -> Any:
        if options and not self.versions:
            raise TypeError("unexpected keyword")
        return self.array.__dlpack__(**options)


def pointer(array: Any, **more: object) -> SimpleNamespace:
    """An array of a library with torch's names."""
    return SimpleNamespace(
        data_ptr=lambda: array.ctypes.data, shape=array.shape, dtype=f"other.{array.dtype.name}", owner=array, **more
    )


def interface(array: Any) -> SimpleNamespace:
    """An array of a library with numpy's array interface."""
    return SimpleNamespace(__array_interface__=array.__array_interface__, owner=array)
