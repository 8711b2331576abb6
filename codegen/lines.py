"""What the emitter yields and the template prints: one line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from ptodsl.ir.span import Span


@dataclass(frozen=True)
class Line:
    """One line of C++: how deep it is indented, the macro that prints it, the macro's arguments, where it came from."""

    depth: int
    macro: str
    arguments: Mapping[str, object]
    span: Span | None = None

    @property
    def comment(self) -> str:
        """`file.py:12`, in characters that cannot end or continue a comment; empty without a span."""
        return "" if self.span is None else f"{_file(self.span.file)}:{self.span.line}"


@cache
def _file(name: str) -> str:
    """The name of a file without its folders, in characters that a comment may hold."""
    return "".join(c if c.isprintable() and c not in "\\?" else "_" for c in PurePath(name).name)
