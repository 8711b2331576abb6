"""The native launcher: the library that checks, unpacks and runs, built from launcher.cpp once for all programs."""

from __future__ import annotations

import ctypes
import functools
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptodsl.errors import PtoError
from ptodsl.runtime.build import build_launcher

UNFIT = -(2**63)
"""What `ptodsl_launch` returns for arguments that it leaves to Python; no program returns it."""


class Outcome(ctypes.Structure):
    """What the last launch of a thread left: `Outcome` of launcher.cpp."""

    _fields_ = (
        ("fault_values", ctypes.c_int64 * 8),
        ("tasks", ctypes.c_int64),
        ("allocated", ctypes.c_int64),
    )


@dataclass(frozen=True, slots=True)
class Launcher:
    """The functions of the loaded library."""

    launch: Any
    """(address of a plan, tuple of arguments) -> return code or UNFIT."""
    launch_slots: Any
    """(address of a plan, array of slots) -> return code."""
    outcome: Any
    """() -> pointer to the `Outcome` of this thread's last launch."""


@functools.cache
def load() -> Launcher | None:
    """The launcher of this process; None where it cannot be built or loaded, and Python does its work."""
    try:
        return _bind(build_launcher())
    except (PtoError, OSError, AttributeError):  # the last two: a library that does not load
        return None


def _bind(path: Path) -> Launcher:
    library = ctypes.PyDLL(str(path))
    library.ptodsl_begin.argtypes = (ctypes.c_void_p,)
    library.ptodsl_begin.restype = None
    library.ptodsl_begin(threading.main_thread().ident)
    launch = library.ptodsl_launch
    launch.argtypes = (ctypes.c_void_p, ctypes.py_object)
    launch.restype = ctypes.c_int64
    launch_slots = library.ptodsl_launch_slots
    launch_slots.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_int64))
    launch_slots.restype = ctypes.c_int64
    outcome = library.ptodsl_outcome
    outcome.argtypes = ()
    outcome.restype = ctypes.POINTER(Outcome)
    return Launcher(launch, launch_slots, outcome)
