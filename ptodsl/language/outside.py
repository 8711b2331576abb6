"""What happens where Python itself runs a word of the language."""

from __future__ import annotations

import inspect
import linecache
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from ptodsl.ir.span import Span


def caller_line(depth: int) -> Span:
    """The line that a caller, so many frames up, is at."""
    from ptodsl.ir.span import Span

    frame = inspect.currentframe()
    for _ in range(depth):
        frame = None if frame is None else frame.f_back
    assert frame is not None
    file, line = frame.f_code.co_filename, frame.f_lineno
    text = linecache.getline(file, line).rstrip()
    return Span(file, line, len(text) - len(text.lstrip()), line, len(text))


def outside(name: str) -> NoReturn:
    """Raises the error for an op that Python calls, at the line that calls it."""
    from ptodsl.errors import PtoError
    from ptodsl.errors.names import CalledOutside

    span = caller_line(3)
    how = "call it inside a function under `@pl.function`"
    raise PtoError([CalledOutside(span, name=f"pl.{name}", how=how)])
