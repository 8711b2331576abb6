"""What the emitter yields and the template prints: one line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
        if self.span is None:
            return ""
        name = "".join(c if c.isprintable() and c not in "\\?" else "_" for c in PurePath(self.span.file).name)
        return f"{name}:{self.span.line}"
