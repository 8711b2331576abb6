"""`ptodsl run`: the programs of a file on random input, the library against the interpreter."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import Any

from ptodsl import driver
from ptodsl.bisect import first_change
from ptodsl.commands import Refused, Status, programs
from ptodsl.commands.agreement import Agreement, agreement
from ptodsl.commands.inputs import arguments_for, check_names, given_values
from ptodsl.commands.programs import Named
from ptodsl.commands.table import duration, table
from ptodsl.crash import blaming
from ptodsl.errors import InternalError
from ptodsl.machine import ARCHITECTURES
from ptodsl.runtime.targets import TARGETS
from ptodsl.signature import signature_of

_HEADING = ("program", "result", "shape", "dtype", "largest error", "agreement", "time")
_NUMBERS = ("largest error", "time")


@dataclass(frozen=True)
class _Ran:
    name: str
    agreement: Agreement
    changed_by: str | None


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    programs.configure(parser)
    parser.add_argument("--target", choices=TARGETS, default="cpu", help="what to compile for (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the seed of the input (default: %(default)s)")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE[,VALUE...]",
        help="the value of a parameter that random input does not suit, such as a length (may be repeated)",
    )
    parser.add_argument(
        "--bisect-pass", action="store_true", help="name the first pass after which the interpreter's answer changes"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> Status:
    """Prints the errors and times of every program. A difference is a bug of ours, and raised as one."""
    if options.seed < 0:
        raise Refused(f"--seed {options.seed}: a seed is not negative")
    given = given_values(options.set)
    found = programs.load(options.file, options.program)
    check_names((slot for one in found for slot in signature_of(one.program).parameters), given)
    ran = programs.for_each(found, ARCHITECTURES[options.arch], lambda one: _run(one, given, options))
    print(json.dumps([_data(one, options) for one in ran], indent=2) if options.json else _text(ran, options))
    for one, result in zip(found, ran, strict=True):
        with blaming(one.program, ARCHITECTURES[options.arch]):
            _judge(result)
    return Status.FINE


def _run(one: Named, given: dict[str, list[str]], options: argparse.Namespace) -> _Ran:
    arguments = arguments_for(signature_of(one.program), given, options.seed)
    changed_by = first_change(one.program, arguments, options.arch) if options.bisect_pass else None
    compiled = driver.compile(one.program, options.arch, options.target, poison=True)
    return _Ran(one.name, agreement(compiled, arguments), changed_by)


def _judge(ran: _Ran) -> None:
    """Raises InternalError where two executions of the program disagree."""
    if ran.changed_by is not None:
        raise InternalError(f"after {ran.changed_by} the interpreter's answer of {ran.name} changes")
    if not ran.agreement.holds:
        names = ", ".join(one.slot.name for one in ran.agreement.results if not one.agrees)
        raise InternalError(f"library and interpreter differ in {names} of {ran.name}")


def _text(ran: list[_Ran], options: argparse.Namespace) -> str:
    """The table, the worst elements of what differs, and what bisection found."""
    parts = [table(_HEADING, [row for one in ran for row in _rows(one)], _NUMBERS)]
    for one in ran:
        parts += [
            f"{one.name}, {result.slot.name}:\n" + "\n".join(f"  {line}" for line in result.difference.lines)
            for result in one.agreement.results
            if not result.agrees and result.difference.lines
        ]
        if options.bisect_pass:
            parts.append(f"{one.name}: {_bisected(one)}")
    return "\n\n".join(parts)


def _bisected(ran: _Ran) -> str:
    if ran.changed_by is None:
        return "the interpreter's answer is the same after every pass"
    return f"the interpreter's answer first changes after {ran.changed_by}"


def _rows(ran: _Ran) -> list[tuple[str, ...]]:
    return [
        (
            ran.name,
            result.slot.name,
            "x".join(map(str, result.slot.shape)),
            str(result.slot.dtype),
            f"{result.difference.max_rel:.2e}",
            result.verdict,
            duration(ran.agreement.seconds),
        )
        for result in ran.agreement.results
    ]


def _data(ran: _Ran, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "program": ran.name,
        "target": options.target,
        "arch": options.arch,
        "seed": options.seed,
        "seconds": ran.agreement.seconds,
        "changed_by": ran.changed_by,
        "results": [
            {
                "name": result.slot.name,
                "shape": result.slot.shape,
                "dtype": result.slot.dtype.name,
                "max_abs_error": result.difference.max_abs,
                "max_rel_error": result.difference.max_rel,
                "agreement": result.verdict,
            }
            for result in ran.agreement.results
        ],
    }
