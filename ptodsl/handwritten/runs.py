"""Runs of a hand-written kernel, each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import ptodsl
from ptodsl.errors import Diagnostic
from ptodsl.errors.checked_runs import KernelCrashed, KernelHung
from ptodsl.handwritten.description import Kernel
from ptodsl.runtime.findings import Finding, parse_record
from ptodsl.runtime.results import numpy_dtype
from ptodsl.runtime.scalars import slot_bits
from ptodsl.runtime.schedules import schedule
from ptodsl.runtime.signature import Access, ScalarSlot, TensorSlot

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Run:
    """What a run left: its findings, those of a run that was cut short too."""

    findings: tuple[Finding, ...]
    tensors: dict[str, Array]
    """Every tensor by name; none where the run was cut short."""
    failure: Diagnostic | None = None
    """What cut it short: E1131 where the process crashed, E1132 where it did not end in time."""


def run(kernel: Kernel, library: Path, arguments: Sequence[Any], word: str, limit: int, seconds: float) -> Run:
    """Runs a kernel's library on copies of the arguments under a schedule, for so many seconds at most."""
    with tempfile.TemporaryDirectory(prefix="ptodsl-check-") as name:
        folder = Path(name)
        request = folder / "request.json"
        request.write_text(json.dumps(_request(kernel, library, arguments, word, limit, folder)), encoding="ascii")
        findings = folder / "findings"
        findings.touch()
        failure = _failure(kernel, word, request, seconds)
        found = parse_record(findings.read_text(encoding="ascii"))
        if failure is not None:
            return Run(found, {}, failure)
        return Run(found, {slot.name: _read(slot, folder) for slot in kernel.parameters if _is_tensor(slot)})


def _request(
    kernel: Kernel, library: Path, arguments: Sequence[Any], word: str, limit: int, folder: Path
) -> dict[str, Any]:
    order = schedule(word)
    return {
        "library": str(library),
        "findings": str(folder / "findings"),
        "schedule": [order.number, order.seed],
        "limit": limit,
        "slots": [_slot(*one, folder) for one in zip(kernel.parameters, arguments, strict=True)],
    }


def _slot(slot: TensorSlot | ScalarSlot, value: Any, folder: Path) -> dict[str, Any]:
    if isinstance(slot, ScalarSlot):
        return {"bits": slot_bits(value, slot.dtype)}
    file = folder / f"{slot.name}.bin"
    np.ascontiguousarray(value).tofile(file)
    return {"file": str(file), "undefined": slot.access is Access.WRITE}


def _is_tensor(slot: object) -> bool:
    return isinstance(slot, TensorSlot)


def _read(slot: TensorSlot | ScalarSlot, folder: Path) -> Array:
    assert isinstance(slot, TensorSlot)
    return np.fromfile(folder / f"{slot.name}.bin", numpy_dtype(slot.dtype)).reshape(slot.shape)


def _failure(kernel: Kernel, word: str, request: Path, seconds: float) -> Diagnostic | None:
    """Runs the process to its end and says what is wrong with that; what the kernel prints goes to where errors go."""
    root = str(Path(ptodsl.__file__).parents[1])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "ptodsl.handwritten.child", str(request)]
    try:
        done = subprocess.run(command, stdout=2, timeout=seconds, env={**os.environ, "PYTHONPATH": path}, check=False)
    except subprocess.TimeoutExpired:
        return KernelHung(None, entry=kernel.entry, schedule=word, seconds=seconds)
    if done.returncode == 0:
        return None
    said = signal.Signals(-done.returncode).name if done.returncode < 0 else f"exit status {done.returncode}"
    return KernelCrashed(None, entry=kernel.entry, schedule=word, signal=said)
