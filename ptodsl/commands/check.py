"""`ptodsl check`: programs, or a kernel in C++, judged while they run: in program order and in others."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ptodsl.commands import Refused, Status
from ptodsl.machine import ARCHITECTURES
from ptodsl.runtime.checked_launch import LIMIT

CPP_SUFFIXES = (".cpp", ".cc", ".cxx", ".cce", ".hpp", ".h")

DRAWN = 3
"""How many orders are drawn from seeds where none is asked for."""

_PROGRAMS_ONLY = {"program": "--program"}
_KERNELS_ONLY = {
    "entry": "--entry",
    "parameters": "--tensor",
    "define": "-D",
    "include": "-I",
    "blocks": "--blocks",
    "timeout": "--timeout",
    "save": "--save",
}
"""Options by where argparse puts them, which only one kind of file takes."""


class _Parameter(argparse.Action):
    """Keeps the parameters of a kernel in the order of their options, whichever option describes each."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        given: list[object] = getattr(namespace, self.dest) or []
        setattr(namespace, self.dest, [*given, (option_string, values)])


def configure(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a Python file, IR text, or a kernel in C++")
    parser.add_argument("--arch", choices=ARCHITECTURES, default="a2a3", help="the architecture (default: %(default)s)")
    parser.add_argument(
        "--schedule",
        action="append",
        metavar="S",
        help="an order of the pipes to compare with program order: program, lazy, eager or random:SEED "
        f"(may be repeated; default: lazy, eager and {DRAWN} drawn ones)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="the seed of the input and of drawn orders (default: 0)"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="the value of a parameter: one for all elements, V,V,... for each, or FILE.npy (may be repeated)",
    )
    parser.add_argument("--strict", action="store_true", help="what sources disagree on is an error, no warning")
    parser.add_argument(
        "--strict-flags", action="store_true", help="refuse a set that may fire before the last token is taken"
    )
    parser.add_argument(
        "--limit", type=int, default=LIMIT, metavar="N", help="findings that are kept (default: %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    programs = parser.add_argument_group("programs")
    programs.add_argument("--program", action="append", metavar="NAME", help="take this one only (may be repeated)")
    _configure_kernels(parser)


def _configure_kernels(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("kernels in C++")
    group.add_argument("--entry", metavar="NAME", help="the function to call: softmax, kernels::softmax<16>")
    for options, what in (
        (("--tensor", "--in"), "a tensor that it reads"),
        (("--out",), "a tensor that it writes"),
        (("--inout",), "a tensor that it reads and writes"),
    ):
        group.add_argument(*options, dest="parameters", action=_Parameter, metavar="NAME:16x64:fp32", help=what)
    group.add_argument(
        "--scalar",
        dest="parameters",
        action=_Parameter,
        metavar="NAME:int32:3",
        help="a number; options in the order of the entry's parameters",
    )
    group.add_argument("-D", dest="define", action="append", metavar="NAME[=1]", help="a macro (may be repeated)")
    group.add_argument("-I", dest="include", action="append", metavar="DIR", help="where headers are (may be repeated)")
    group.add_argument(
        "--blocks", type=int, metavar="N", help="run it for so many blocks, one after another (default: 1)"
    )
    group.add_argument("--timeout", type=float, metavar="SECONDS", help="when a run counts as hung (default: 60)")
    group.add_argument("--save", type=Path, metavar="DIR", help="write what program order gives to DIR/NAME.npy")


def run(options: argparse.Namespace) -> Status:
    """Judges what the file holds and prints the verdict; what is wrong is raised."""
    complete(options)
    if options.file.suffix in CPP_SUFFIXES:
        _refuse(options, _PROGRAMS_ONLY, "a kernel in C++")
        from ptodsl.commands import check_kernel

        return check_kernel.run(options)
    _refuse(options, _KERNELS_ONLY, "programs")
    from ptodsl.commands import check_programs

    return check_programs.run(options)


def complete(options: argparse.Namespace) -> None:
    """Works out the orders to run in. Raises Refused for a number that means nothing."""
    if options.seed < 0:
        raise Refused(f"--seed {options.seed}: a seed is not negative")
    options.schedules = options.schedule or ["lazy", "eager", *(f"random:{options.seed + i}" for i in range(DRAWN))]


def _refuse(options: argparse.Namespace, foreign: dict[str, str], what: str) -> None:
    for name, option in foreign.items():
        if getattr(options, name) is not None:
            raise Refused(f"{option}: {options.file} holds {what}, which takes no such option")
