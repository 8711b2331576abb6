"""What a launch costs over the kernel's own time."""

from __future__ import annotations

import ctypes

import numpy as np

from ptodsl import driver
from ptodsl.benchmarks.generated import program_from, summing
from ptodsl.benchmarks.measurement import Measurement, least
from ptodsl.runtime import build, toolchains

ARRAYS = 8
GOAL_SECONDS = 5e-6

_ROUNDS = 50


def launch_overhead() -> Measurement:
    """A launch with eight arrays, less the time inside the library, against a ctypes call of next to nothing."""
    program = driver.program_of(program_from(summing(ARRAYS), "Summing"))
    compiled = driver.compile(program)
    arrays = [np.ones((1, 16), np.float32) for _ in range(ARRAYS)]
    (text,) = compiled.sources.values()
    library = ctypes.CDLL(str(build.build(text, toolchains.find("cpu", "a2a3"))))
    entry = library.ptodsl_entry
    entry.argtypes = (ctypes.POINTER(ctypes.c_int64), ctypes.POINTER(ctypes.c_int64), ctypes.c_void_p)
    entry.restype = ctypes.c_int64
    packed = (ctypes.c_int64 * ARRAYS)(*(array.ctypes.data for array in arrays))
    error = (ctypes.c_int64 * 8)()
    nothing = ctypes.CDLL(None).abs
    nothing.argtypes, nothing.restype = (ctypes.c_int,), ctypes.c_int
    launch, bare, empty = least(
        [lambda: compiled(*arrays), lambda: entry(packed, error, None), lambda: nothing(0)], _ROUNDS
    )
    overhead = launch - (bare - empty)
    name = f"launch with {ARRAYS} arrays, over the kernel's own time"
    return Measurement(name, overhead, "ctypes call of libc's abs", empty, most_seconds=GOAL_SECONDS)
