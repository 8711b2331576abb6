"""The native launcher: the library that checks, unpacks and runs, built from launcher.cpp once for all programs."""

from __future__ import annotations

import ctypes
import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptodsl.errors import PtoError
from ptodsl.runtime.build import build_launcher

UNFIT = -(2**63)
"""What `ptodsl_launch` returns for arguments that it leaves to Python; no program returns it."""


@dataclass(frozen=True, slots=True)
class Launcher:
    """The functions of the loaded library."""

    launch: Any
    """(address of a plan, tuple of arguments) -> return code or UNFIT."""
    fault_values: Any
    """() -> pointer to the eight numbers of this thread's last fault."""


@functools.cache
def load() -> Launcher | None:
    """The launcher of this process; None where there is no compiler to build it, and Python does its work."""
    try:
        path = build_launcher()
    except PtoError:
        return None
    return _bind(path)


def _bind(path: Path) -> Launcher:
    library = ctypes.PyDLL(str(path))
    launch = library.ptodsl_launch
    launch.argtypes = (ctypes.c_void_p, ctypes.py_object)
    launch.restype = ctypes.c_int64
    fault_values = library.ptodsl_fault_values
    fault_values.argtypes = ()
    fault_values.restype = ctypes.POINTER(ctypes.c_int64)
    return Launcher(launch, fault_values)
