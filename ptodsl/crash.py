"""A bug of ours that stopped the work on a program, with a file that shows it again."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from ptodsl import reproducer
from ptodsl.errors import InternalError, PtoError
from ptodsl.ir.nodes import Program
from ptodsl.machine import Architecture
from ptodsl.reproducer import Subject


class Crash(InternalError):
    """Any exception that is no answer to a user; `path` is its reproducer, None where none could be written."""

    def __init__(self, subject: Subject, cause: Exception) -> None:
        self.cause = cause
        self.path = reproducer.write(cause, subject, subject.program.span.file)
        super().__init__("\n".join((self.what, reproducer.request(self.path))))

    @property
    def what(self) -> str:
        """What happened, without the request to report it."""
        cause = self.cause
        return cause.message if isinstance(cause, InternalError) else f"{type(cause).__name__}: {cause}"


_ANSWERED = (PtoError, Crash, BrokenPipeError, MemoryError, RecursionError)
"""What somebody else has words for: a program may ask for more memory, or more stack, than there is."""


@contextmanager
def blaming(program: Program, architecture: Architecture, answers: tuple[type[Exception], ...] = ()) -> Generator[None]:
    """Turns what is neither a user's mistake nor one of the `answers` into a `Crash`, its reproducer written."""
    try:
        yield
    except Exception as error:
        if isinstance(error, (*_ANSWERED, *answers)):
            raise
        raise Crash(Subject(program, architecture), error) from error
