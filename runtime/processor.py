"""The processor of this machine, as far as native code depends on it."""

from __future__ import annotations

import functools
import platform
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")
_TELLING = frozenset(
    {"vendor_id", "cpu family", "model", "model name", "flags"}  # x86
    | {"Features", "CPU implementer", "CPU architecture", "CPU variant", "CPU part"}  # Arm
    | {"isa", "uarch"}  # RISC-V
)


@functools.cache
def identity() -> str:
    """A text that differs between machines whose native code may differ: model and instruction set extensions."""
    lines = [platform.machine(), platform.system()]
    try:
        with _CPUINFO.open(encoding="utf-8", errors="replace") as cpuinfo:
            for line in cpuinfo:
                if not line.strip():
                    break
                if line.partition(":")[0].strip() in _TELLING:
                    lines.append(line.strip())
    except OSError:
        lines.append(platform.processor())
    return "\n".join(lines)
