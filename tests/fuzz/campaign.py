"""Many programs tried: every one that fails, as a report with its text."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from tests.fuzz.batch import batches, disagreements
from tests.fuzz.programs import Source
from tests.fuzz.trial import Broken, Placed, Refused, attempt

SECONDS = 60
"""How long the compiler and the interpreter may take for one program, on a busy machine."""

RIGHTLY_REFUSED = frozenset({"E0413", "E0414", "E0415", "E0416", "E0422"})
"""What well-typed random programs may be refused for: windows, columns and reshapes that no instruction can do, and
tiles that do not fit."""


@dataclass(frozen=True)
class Failure:
    """A program that shows a bug, and how."""

    source: Source
    problem: str

    def __str__(self) -> str:
        return f"{self.source.name} on {self.source.arch}: {self.problem}\n\n{self.source.text}"


def failures(sources: Iterable[Source], *, well_typed: bool) -> Iterator[Failure]:
    """The programs that fail; one that is well typed also fails by being refused for what the language allows."""
    placed: list[Placed] = []
    for source in sources:
        found = tried(source)
        if isinstance(found, Placed):
            placed.append(found)
        elif isinstance(found, Failure):
            yield found
        elif well_typed and not RIGHTLY_REFUSED.issuperset(found.codes):
            yield Failure(source, f"refused\n{found.text}")
    for batch in batches(placed):
        for one, text in disagreements(batch):
            yield Failure(one.source, f"the library's answer differs: {text}")


def tried(source: Source) -> Placed | Refused | Failure:
    """One program through the compiler and the interpreter."""
    try:
        with _limited():
            return attempt(source)
    except Broken as broken:
        return Failure(source, str(broken))
    except Exception:  # whatever it is belongs in the report: only PtoError is the user's
        return Failure(source, traceback.format_exc(limit=-6))


@contextmanager
def _limited() -> Generator[None]:
    """Raises `Broken` where the block takes too long."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number
        raise Broken(f"no end after {SECONDS} s, at {traceback.format_stack(frame, 1)[0]}")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
