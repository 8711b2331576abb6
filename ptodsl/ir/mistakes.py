"""The mistakes that reading a text has found so far; it gives up after some."""

from __future__ import annotations

from collections.abc import Iterable

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.errors.names import TextMistakes

MOST = 1000
"""Mistakes after which nobody reads on: what has more is no IR text, and may be of any length."""


class Mistakes(list[Diagnostic]):
    """A list that raises all that is in it once it is full."""

    def append(self, mistake: Diagnostic) -> None:
        """One more."""
        super().append(mistake)
        if len(self) == MOST:
            raise PtoError([*self, TextMistakes(mistake.span, limit=MOST)])

    def extend(self, mistakes: Iterable[Diagnostic]) -> None:
        """Several more."""
        for mistake in mistakes:
            self.append(mistake)
