"""A limit on how long anything may take."""

from __future__ import annotations

import re
import signal
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

SECONDS = 60
"""How long the compiler or the interpreter may take for one program, on a busy machine."""

_NUMBER = re.compile(r"\d{5,}")


@contextmanager
def limited(what: str, seconds: int = SECONDS) -> Generator[None]:
    """Raises TimeoutError with the place where the block is after so many seconds."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number
        raise TimeoutError(f"{what}: no end after {seconds} s, at {traceback.format_stack(frame, 1)[0]}")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def out_of_time(text: str) -> bool:
    """Whether a program has a number that may be more iterations than anyone waits for."""
    return _NUMBER.search(text) is not None
