"""Which statement each line of a text was made from."""

from __future__ import annotations

from ptodsl.ir.span import Span

_MARK = "\x1f"
"""Stands at the end of a line that has a place until the text is read; no text holds it."""


class Places:
    """The places of a text: marked while a template lays it out, known once it is read."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self.by_line: dict[int, Span] = {}

    def mark(self, span: Span | None) -> str:
        """What the template prints at the end of a line that was made from `span`."""
        if span is None:
            return ""
        self._spans.append(span)
        return _MARK

    def read(self, marked: str) -> str:
        """The text without its marks, which follow one another as they were given."""
        spans = iter(self._spans)
        lines = marked.split("\n")
        self.by_line = {number: next(spans) for number, line in enumerate(lines, 1) if line.endswith(_MARK)}
        return marked.replace(_MARK, "")
