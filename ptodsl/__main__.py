"""The command line: `ptodsl` and `python -m ptodsl`."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Mapping, Sequence

from ptodsl.version import VERSION

COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("run", "run the programs of a file on random input, the library against the interpreter"),
    "compile": ("compilation", "write C++, placed IR and memory map of the programs of a file"),
    "ir": ("ir", "print the IR of the programs of a file after a pass"),
    "check": ("check", "look for races, lost flags, undefined bytes and wrong addresses in programs and C++ kernels"),
    "verify": ("verification", "judge the addresses and the flags of placed IR text, whoever wrote it"),
    "bench": ("bench", "measure compiling, launching and kernels against named baselines"),
    "doctor": ("doctor", "say what compilers and targets this machine has, and what to install"),
    "explain": ("explain", "say what an error code means and what to do"),
}
"""Subcommands by name: the module of `ptodsl.commands` that has it, and what it does."""

_STATUSES = "exit status: 0 fine, 1 the program is wrong, 2 usage, 3 the toolchain failed, 4 a bug in ptodsl"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command line and gives its exit status."""
    from ptodsl.commands.streams import open_stream

    sys.stdout, sys.stderr = open_stream(sys.stdout), open_stream(sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # where `×` does not exist, no traceback
    chosen, rest = _chooser().parse_known_args(arguments)
    module, summary = COMMANDS[chosen.command]
    parser = argparse.ArgumentParser(f"ptodsl {chosen.command}", description=f"{_sentence(summary)}.", epilog=_STATUSES)
    from ptodsl.commands.outcome import status_of

    return status_of(f"ptodsl.commands.{module}", parser, rest)


def _chooser() -> argparse.ArgumentParser:
    """The parser that knows the subcommands by name only: one of them is loaded, not all."""
    parser = argparse.ArgumentParser("ptodsl", description="Tile kernels in Python.", epilog=_STATUSES)
    parser.add_argument("--version", action="version", version=f"ptodsl {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, (_, summary) in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    return parser


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


if __name__ == "__main__":
    sys.exit(main())
