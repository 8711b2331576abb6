"""Where a command writes: a stream that is closed, or was never there, is nobody's mistake."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO


def open_stream(stream: TextIO | None) -> TextIO:
    """The stream, or one that nobody reads where it is closed or the process was started without."""
    if stream is None or stream.closed:
        return Path(os.devnull).open("w", encoding="utf-8")  # the process's from now on
    return stream


def tell(text: object) -> None:
    """Prints to the error output, if that takes it."""
    with suppress(OSError):
        print(text, file=sys.stderr)


def abandon_output() -> None:
    """Has what is not yet written go nowhere, so that Python does not try again when it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
