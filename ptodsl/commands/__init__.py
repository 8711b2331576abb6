"""The subcommands of `ptodsl`: a module each, loaded when it is asked for.

A module gives `configure(parser)`, which adds its arguments, and `run(options)`, which does the work, prints the answer
and gives the exit status. What is wrong it raises; `outcome` says it to the user.
"""

from __future__ import annotations

import argparse
import enum
from typing import Protocol


class Status(enum.IntEnum):
    """The exit status of the command line."""

    FINE = 0
    PROGRAM = 1
    """The user's program is wrong."""
    USAGE = 2
    TOOLCHAIN = 3
    """A compiler, a header library or the cache failed."""
    BUG = 4
    """A bug of ptodsl."""


class Command(Protocol):
    """What the module of a subcommand gives."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Adds the arguments."""

    def run(self, options: argparse.Namespace) -> Status:
        """Does the work and prints the answer."""
        ...


class Refused(Exception):
    """Something that keeps a command from starting, and that no `Diagnostic` of a program says."""

    def __init__(self, message: str, status: Status = Status.USAGE) -> None:
        super().__init__(message)
        self.status = status
