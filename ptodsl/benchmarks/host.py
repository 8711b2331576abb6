"""The machine that a benchmark ran on, as data beside the numbers."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ptodsl.runtime import toolchains
from ptodsl.runtime.targets import CPU
from ptodsl.version import VERSION


def host() -> dict[str, str | float]:
    """Processor, how busy it is, system and versions: no name of the machine or its user."""
    compiler, _ = toolchains.compiler_for(CPU)
    return {
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
        "load": round(os.getloadavg()[0], 1),
        "system": f"{platform.system()} {platform.machine()}",
        "compiler": "none" if compiler is None else str(compiler).rpartition("(")[2].rstrip(")"),
        "python": platform.python_version(),
        "ptodsl": VERSION,
        "numpy": _version("numpy"),
        "torch": _version("torch"),
    }


def _processor() -> str:
    """The processor's name as the system has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
