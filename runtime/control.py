"""The controls of a checked library: what it is told before a launch, and asked after it."""

from __future__ import annotations

import ctypes
import functools
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ptodsl.runtime.findings import Finding, parse
from ptodsl.runtime.schedules import Schedule


class _Check(ctypes.Structure):
    """`ptodsl_check` of control.hpp."""

    _fields_ = (("schedule", ctypes.c_int64), ("seed", ctypes.c_uint64), ("limit", ctypes.c_int64))


class Control:
    """One loaded library's engine. It knows one run at a time: hold `lock` from `start` to `findings`."""

    def __init__(self, library: Any) -> None:
        self.lock = threading.Lock()
        self._start, self._undefined = library.ptodsl_check_start, library.ptodsl_check_undefined
        self._findings, self._record = library.ptodsl_check_findings, library.ptodsl_check_record
        self._start.argtypes, self._start.restype = (ctypes.POINTER(_Check),), None
        self._undefined.argtypes, self._undefined.restype = (ctypes.c_void_p, ctypes.c_int64), None
        self._record.argtypes, self._record.restype = (ctypes.c_int,), None
        self._findings.argtypes, self._findings.restype = (), ctypes.c_char_p

    def start(self, schedule: Schedule, limit: int, undefined: Iterable[range]) -> None:
        """Forgets the run before; the bytes of these addresses hold nothing yet."""
        self._start(ctypes.byref(_Check(schedule.number, schedule.seed, limit)))
        for bytes_ in undefined:
            self._undefined(bytes_.start, len(bytes_))

    def findings(self) -> tuple[Finding, ...]:
        """What the run has found so far, up to the limit."""
        text: bytes = self._findings()
        return parse(text.decode("ascii"))

    def record(self, descriptor: int) -> None:
        """Has the findings of the run also written to an open file as they are made: see `parse_record`."""
        self._record(descriptor)


@functools.cache
def control(path: Path) -> Control:
    """The controls of a library: one for all programs that were loaded from it, as its engine is one."""
    return Control(ctypes.CDLL(str(path)))
