"""Python's stack, which is not ours alone: where it ends, that is said in words."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

from ptodsl.errors import PtoError
from ptodsl.errors.names import StackExhausted
from ptodsl.ir.span import Span


@contextmanager
def enough_stack(what: str, span: Span | None = None) -> Generator[None]:
    """Turns the end of the stack inside into E0126."""
    try:
        yield
    except RecursionError:
        raise PtoError([StackExhausted(span, what=what, limit=sys.getrecursionlimit())]) from None
