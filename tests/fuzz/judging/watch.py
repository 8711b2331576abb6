"""A limit on how long anything may take, in a processor's time: others may be at work on the machine."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

SECONDS = 40
"""How much of a processor's time the compiler or the interpreter may take for one program."""


@contextmanager
def limited(what: str, seconds: int = SECONDS) -> Generator[None]:
    """Raises TimeoutError with the place where the block is once it has used a processor for so many seconds."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number
        raise TimeoutError(f"{what}: no end after {seconds} s of a processor, at {traceback.format_stack(frame, 1)[0]}")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
