"""`ptodsl verify`: placed IR text, with its flags, judged by the verifiers as it stands."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptodsl import driver
from ptodsl.commands import Refused, Status, programs
from ptodsl.commands.outcome import data_of
from ptodsl.commands.table import table
from ptodsl.crash import blaming
from ptodsl.diagnostics import render
from ptodsl.errors import Diagnostic
from ptodsl.ir.nodes import Function, FunctionKind, Op
from ptodsl.ir.rewrite import walk
from ptodsl.machine import ARCHITECTURES, Architecture
from ptodsl.verify.instructions import read_kernel
from ptodsl.verify.written import verify_written

_HEADING = ("kernel", "core", "instructions", "flags", "barriers", "verdict")
_NUMBERS = ("instructions", "flags", "barriers")
_RULES = """
By default the text is judged as code that others wrote: elementwise chains on V over one window and short
accumulations on M, which the sources disagree on, are notes, and so is a second token of a flag.
"""


@dataclass(frozen=True)
class _Judged:
    """A kernel that nothing is wrong with: what was looked at."""

    name: str
    core: str
    instructions: int
    flags: int
    barriers: int


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.description = f"{parser.description}{_RULES}"
    parser.add_argument("file", metavar="FILE", type=Path, help="IR text as `ptodsl ir --after insert_sync` prints it")
    parser.add_argument("--arch", choices=ARCHITECTURES, default="a2a3", help="the architecture (default: %(default)s)")
    parser.add_argument(
        "--strict", action="store_true", help="judge as our own code is: notes on order are errors, the end a barrier"
    )
    parser.add_argument(
        "--strict-flags", action="store_true", help="refuse a set that may fire before the last token is taken"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> Status:
    """Prints a row for each kernel, then the notes; what is wrong is raised."""
    architecture = ARCHITECTURES[options.arch]
    program = driver.parse(_text(options.file), str(options.file))
    with blaming(program, architecture):
        rules = {"strict": options.strict, "strict_flags": options.strict_flags}
        notes = verify_written(program, architecture, **rules)
        kernels = [_judged(one, architecture) for one in program.functions if one.kind is FunctionKind.KERNEL]
    print(_json(kernels, notes) if options.json else _report(kernels, notes))
    return Status.FINE


def _text(file: Path) -> str:
    text = programs.text_of(file)
    if text is None:
        how = f"`ptodsl ir {file} --after insert_sync` prints what there is to judge"
        raise Refused(f"{file} is no IR text: {how}")
    return text


def _judged(kernel: Function, architecture: Architecture) -> _Judged:
    read = read_kernel(kernel, architecture)
    names = Counter(statement.name for statement in walk(kernel.body) if isinstance(statement, Op))
    flags = names["set_flag"] + names["wait_flag"]
    return _Judged(kernel.name, read.core.value, len(read.instructions), flags, names["pipe_barrier"])


def _report(kernels: list[_Judged], notes: tuple[Diagnostic, ...]) -> str:
    rows = [
        (one.name, one.core, *(str(number) for number in (one.instructions, one.flags, one.barriers)), "in order")
        for one in kernels
    ]
    return "\n\n".join([table(_HEADING, rows, _NUMBERS), *(render(note) for note in notes)])


def _json(kernels: list[_Judged], notes: tuple[Diagnostic, ...]) -> str:
    data: dict[str, Any] = {
        "status": Status.FINE,
        "kernels": [vars(one) for one in kernels],
        "notes": [data_of(note) for note in notes],
    }
    return json.dumps(data, indent=2)
