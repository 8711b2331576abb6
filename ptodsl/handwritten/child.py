"""The process that runs a hand-written kernel: `python -m ptodsl.handwritten.child REQUEST`.

It may crash or hang without taking anything with it. Tensors come in files and go back into them.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ptodsl.runtime.control import control
from ptodsl.runtime.findings import parse_record
from ptodsl.runtime.schedules import Schedule

_ALIGNMENT = 64
_ERROR_VALUES = 8


class _Buffer:
    """The bytes of a tensor, aligned as an allocator of a device would."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._file = Path(request["file"])
        data = self._file.read_bytes()
        self._memory = ctypes.create_string_buffer(len(data) + _ALIGNMENT)
        self.address = -(-ctypes.addressof(self._memory) // _ALIGNMENT) * _ALIGNMENT
        self.bytes = range(self.address, self.address + len(data))
        self.is_undefined = bool(request["undefined"])
        ctypes.memmove(self.address, data, len(data))

    def save(self) -> None:
        """Writes the bytes back."""
        self._file.write_bytes(ctypes.string_at(self.address, len(self.bytes)))


def run(request: Mapping[str, Any]) -> None:
    """One run of one kernel; what is found goes into the file `findings` at once."""
    library = Path(request["library"])
    checks = control(library)
    entry = ctypes.CDLL(str(library)).ptodsl_entry
    slots = [one["bits"] if "bits" in one else _Buffer(one) for one in request["slots"]]
    buffers = [slot for slot in slots if isinstance(slot, _Buffer)]
    checks.start(Schedule(*request["schedule"]), request["limit"], [b.bytes for b in buffers if b.is_undefined])
    findings = Path(request["findings"])
    checks.record(os.open(findings, os.O_WRONLY | os.O_CREAT, 0o600))
    bits = (slot.address if isinstance(slot, _Buffer) else slot for slot in slots)
    entry((ctypes.c_int64 * max(1, len(slots)))(*bits), (ctypes.c_int64 * _ERROR_VALUES)(), None)
    if parse_record(findings.read_text(encoding="ascii")) != checks.findings():
        raise OSError(f"{findings} could not be written")
    for buffer in buffers:
        buffer.save()


if __name__ == "__main__":
    run(json.loads(Path(sys.argv[1]).read_bytes()))
    sys.stdout.flush()
    os._exit(0)  # what the kernel's library does at the end of the process is no part of the run
