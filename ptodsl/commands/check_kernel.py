"""A kernel in C++, checked: the checked library in several orders, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ptodsl.commands import Refused, Status
from ptodsl.commands.inputs import POISON, Array, arguments_for, check_names, given_values
from ptodsl.commands.orders import differences, elements, merged
from ptodsl.commands.outcome import data_of
from ptodsl.diagnostics import render
from ptodsl.errors import Diagnostic, PtoError
from ptodsl.handwritten import description
from ptodsl.handwritten.description import Kernel
from ptodsl.handwritten.runs import Run
from ptodsl.handwritten.runs import run as run_kernel
from ptodsl.handwritten.sources import library_of
from ptodsl.ir.span import Span
from ptodsl.runtime.cache import SOURCE
from ptodsl.runtime.checked_launch import line_span
from ptodsl.runtime.findings import Place
from ptodsl.runtime.schedules import PROGRAM, schedule
from ptodsl.runtime.signature import Access, Slot, TensorSlot
from ptodsl.runtime.verdicts import verdicts

SECONDS = 60.0
"""How long a run may take where nothing else is asked for."""

NOT_MODELLED = "blocks at the same time, flags between cores, unit flags, TPUSH and TPOP, caches of the scalar unit"

_ACCESS = {
    "--tensor": Access.READ,
    "--in": Access.READ,
    "--out": Access.WRITE,
    "--inout": Access.READ_WRITE,
}
_SCALAR = "--scalar"


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
    """Runs the kernel in program order and in every order that is asked for.

    Raises Refused for options that do not fit, and PtoError where it does not compile, crashes or hangs.
    """
    kernel, given = _described(options)
    orders = tuple(dict.fromkeys([PROGRAM, *options.schedules]))
    for word in orders:
        schedule(word)
    library = library_of(kernel, options.arch, _flags(options))
    arguments = arguments_for(kernel.signature, given, options.seed)
    seconds = SECONDS if options.timeout is None else options.timeout
    runs = {word: run_kernel(kernel, library, arguments, word, options.limit, seconds) for word in orders}
    if options.save is not None:
        _save(kernel, runs[PROGRAM], options.save)
    return _judged(kernel, runs, options)


def _described(options: argparse.Namespace) -> tuple[Kernel, dict[str, list[str]]]:
    """The kernel that the options describe, and the values that they give."""
    if options.entry is None:
        raise Refused(f"--entry is missing: name the function of {options.file} to call, {description.ENTRY_FORM}")
    if not options.file.is_file():
        raise Refused(f"cannot read {options.file}: there is no such file")
    given = given_values(options.set)
    slots: list[Slot] = []
    for option, text in options.parameters or ():
        if option == _SCALAR:
            slot, value = description.scalar(option, text)
            given.setdefault(slot.name, [value])
            slots.append(slot)
        else:
            slots.append(description.tensor(option, text, _ACCESS[option]))
    _check_slots(slots)
    check_names(slots, given)
    blocks = 1 if options.blocks is None else options.blocks
    for option, number in (("--blocks", blocks), ("--limit", options.limit), ("--timeout", options.timeout or 1)):
        if number <= 0:
            raise Refused(f"{option} {number}: give a number above 0")
    return Kernel(options.file.absolute(), description.entry(options.entry), tuple(slots), blocks), given


def _check_slots(slots: Sequence[Slot]) -> None:
    twice = [name for name, count in Counter(slot.name for slot in slots).items() if count > 1]
    if twice:
        raise Refused(f"`{twice[0]}` is described twice: give each parameter a name of its own")
    if not slots:
        raise Refused("the entry has no parameters: describe them with --tensor, --out, --inout and --scalar")


def _flags(options: argparse.Namespace) -> list[str]:
    return [
        *(f"-D{one}" for one in options.define or ()),
        *(f"-I{Path(one).absolute()}" for one in options.include or ()),
    ]


def _judged(kernel: Kernel, runs: Mapping[str, Run], options: argparse.Namespace) -> Checked:
    outputs = [one for one in kernel.parameters if isinstance(one, TensorSlot) and one.access is not Access.READ]
    rules = {"strict": options.strict, "strict_flags": options.strict_flags}
    found = {word: verdicts(done.findings, _locate, options.arch, **rules) for word, done in runs.items()}
    left = {word: [done.tensors[one.name] for one in outputs] for word, done in runs.items()}
    problems = [*merged(found), *differences([one.name for one in outputs], left)]
    first = runs[PROGRAM]
    errors = tuple(one for one in problems if not one.is_warning)
    remarks = tuple(one for one in problems if one.is_warning)
    unwritten = {one.name: _unwritten(first.tensors[one.name]) for one in outputs if one.access is Access.WRITE}
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
