"""A kernel in C++, checked: the checked library in several orders, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ptodsl.commands import Refused, Status
from ptodsl.commands.inputs import POISON, Array, arguments_for
from ptodsl.commands.kernel_options import compiler_flags, described
from ptodsl.commands.orders import differences, elements, merged
from ptodsl.commands.outcome import data_of
from ptodsl.diagnostics import render
from ptodsl.errors import Diagnostic, PtoError
from ptodsl.handwritten.description import Kernel
from ptodsl.handwritten.runs import Run
from ptodsl.handwritten.runs import run as run_kernel
from ptodsl.handwritten.sources import library_of
from ptodsl.ir.span import Span
from ptodsl.runtime.cache import SOURCE
from ptodsl.runtime.findings import Place
from ptodsl.runtime.schedules import PROGRAM, schedule
from ptodsl.runtime.signature import Access, TensorSlot
from ptodsl.verdicts import line_span, verdicts

SECONDS = 60.0
"""How long a run may take where nothing else is asked for."""

NOT_MODELLED = "blocks at the same time, flags between cores, unit flags, TPUSH and TPOP, caches of the scalar unit"


@dataclass(frozen=True)
class Checked:
    """A kernel that was run, and what is wrong with it."""

    kernel: Kernel
    orders: tuple[str, ...]
    unwritten: Mapping[str, int]
    """How many elements of each output still hold what it started as."""
    errors: tuple[Diagnostic, ...]
    remarks: tuple[Diagnostic, ...]


def run(options: argparse.Namespace) -> Status:
    """Prints what was checked; raises what is wrong."""
    checked = check(options)
    if checked.errors and options.json:
        raise PtoError(checked.errors)
    print(_json(checked, options) if options.json else _text(checked, options))
    if checked.errors:
        sys.stdout.flush()
        raise PtoError(checked.errors)
    return Status.FINE


def check(options: argparse.Namespace) -> Checked:
    """Runs the kernel in program order and in every order that is asked for, up to one in which it crashes or hangs.

    Raises Refused for options that do not fit, and PtoError where it does not compile.
    """
    kernel, given = described(options)
    orders = tuple(dict.fromkeys([PROGRAM, *options.schedules]))
    for word in orders:
        schedule(word)
    arguments = arguments_for(kernel.signature, given, options.seed)
    library = library_of(kernel, options.arch, compiler_flags(options))
    seconds = SECONDS if options.timeout is None else options.timeout
    runs: dict[str, Run] = {}
    for word in orders:
        runs[word] = run_kernel(kernel, library, arguments, word, options.limit, seconds)
        if runs[word].failure is not None:
            break
    if options.save is not None and runs[PROGRAM].failure is None:
        _save(kernel, runs[PROGRAM], options.save)
    return _judged(kernel, runs, options)


def _judged(kernel: Kernel, runs: Mapping[str, Run], options: argparse.Namespace) -> Checked:
    outputs = [one for one in kernel.parameters if isinstance(one, TensorSlot) and one.access is not Access.READ]
    rules = {"strict": options.strict, "strict_flags": options.strict_flags, "strict_end": options.strict}
    found = {word: verdicts(done.findings, _locate, options.arch, **rules) for word, done in runs.items()}
    ended = {word: done for word, done in runs.items() if done.failure is None}
    left = {word: [done.tensors[one.name] for one in outputs] for word, done in ended.items()}
    failures = [done.failure for done in runs.values() if done.failure is not None]
    problems = [*merged(found), *differences([one.name for one in outputs], left), *failures]
    errors = tuple(one for one in problems if not one.is_warning)
    remarks = tuple(one for one in problems if one.is_warning)
    written = [one.name for one in outputs if one.access is Access.WRITE and runs[PROGRAM].failure is None]
    unwritten = {name: _unwritten(runs[PROGRAM].tensors[name]) for name in written}
    return Checked(kernel, tuple(runs), unwritten, errors, remarks)


def _locate(place: Place) -> Span | None:
    """The line of the user's text; nothing of the harness."""
    return None if place.file == SOURCE else line_span(place)


def _unwritten(array: Array) -> int:
    return int(np.sum((elements(array) == POISON).all(axis=-1)))


def _save(kernel: Kernel, done: Run, folder: Path) -> None:
    """Writes what the kernel may have written; BF16, which such files do not know, as float32."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for slot in kernel.parameters:
            if isinstance(slot, TensorSlot) and slot.access is not Access.READ:
                array = done.tensors[slot.name]
                np.save(folder / f"{slot.name}.npy", array if array.dtype.kind != "V" else array.astype(np.float32))
    except OSError as error:
        raise Refused(f"--save {folder}: {error.strerror or error}") from error


def _text(checked: Checked, options: argparse.Namespace) -> str:
    kernel = checked.kernel
    counted = f"{kernel.blocks} block{'' if kernel.blocks == 1 else 's'}"
    verdict = f"{len(checked.errors)} found" if checked.errors else "nothing is wrong"
    lines = [f"{kernel.entry} of {kernel.file.name} on {options.arch}, {counted}: {verdict}"]
    lines.append(f"  orders of the pipes: {', '.join(checked.orders)}")
    lines += [f"  {name}: {_written(count)}" for name, count in checked.unwritten.items()]
    lines.append(f"  not modelled: {NOT_MODELLED}")
    return "\n".join([*lines, *(f"\n{render(remark)}" for remark in checked.remarks)])


def _written(count: int) -> str:
    return f"{count} elements still hold what it started as" if count else "every element was written"


def _json(checked: Checked, options: argparse.Namespace) -> str:
    data: dict[str, Any] = {
        "entry": checked.kernel.entry,
        "arch": options.arch,
        "seed": options.seed,
        "blocks": checked.kernel.blocks,
        "orders": checked.orders,
        "unwritten": checked.unwritten,
        "remarks": [data_of(remark) for remark in checked.remarks],
    }
    return json.dumps(data, indent=2)
