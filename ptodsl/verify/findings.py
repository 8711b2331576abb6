"""Findings of a verifier: each once, and not more than a reader can use."""

from __future__ import annotations

from collections.abc import Hashable

from ptodsl.errors import Diagnostic, Note, PtoError

LIMIT = 20
"""More findings than this say little: they nearly always have one cause."""


class Findings:
    """Collects errors and notes of a run."""

    def __init__(self) -> None:
        self._errors: list[Diagnostic] = []
        self._notes: list[Diagnostic] = []
        self._seen: set[Hashable] = set()
        self._left_out = 0

    def is_new(self, *key: Hashable) -> bool:
        """Whether a finding with this key is the first; a walk around a loop comes by more than once."""
        if key in self._seen:
            return False
        self._seen.add(key)
        return True

    def add(self, finding: Diagnostic) -> None:
        """Keep a finding, errors up to the limit."""
        if finding.is_warning:
            self._notes.append(finding)
        elif len(self._errors) < LIMIT:
            self._errors.append(finding)
        else:
            self._left_out += 1

    def report(self) -> tuple[Diagnostic, ...]:
        """The notes; raises PtoError if there are errors."""
        if self._errors and self._left_out:
            last = self._errors[-1]
            last.notes = (*last.notes, Note(f"{self._left_out} more findings are not shown"))
        if self._errors:
            raise PtoError(self._errors)
        return tuple(self._notes)
