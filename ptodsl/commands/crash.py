"""A bug of ours that stopped a command, with the program that it was working on."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ptodsl.commands import Refused
from ptodsl.errors import PtoError

if TYPE_CHECKING:
    from ptodsl.ir.nodes import Program
    from ptodsl.machine import Architecture


@dataclass(frozen=True)
class Subject:
    """What a command was working on."""

    program: Program
    architecture: Architecture


class Crash(Exception):
    """Any exception that is no answer to a user, together with its subject."""

    def __init__(self, subject: Subject, cause: Exception) -> None:
        super().__init__(cause)
        self.subject = subject
        self.cause = cause


@contextmanager
def blaming(program: Program, architecture: Architecture) -> Generator[None]:
    """Turns what is no user's mistake into a `Crash` that knows the program."""
    try:
        yield
    except (PtoError, Refused, BrokenPipeError, MemoryError):
        raise
    except Exception as error:
        raise Crash(Subject(program, architecture), error) from error
