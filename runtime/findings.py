"""What a checked program found: the engine's answer as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PLACES = ("kind", "file", "line", "other_file", "other_line")


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the C++ text, by the name that its compiler knew the file by."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its kind, where it is, the other place that belongs to it, and its named numbers and texts."""

    kind: str
    at: Place | None
    other: Place | None
    fields: Mapping[str, int | str]

    @property
    def is_relaxed(self) -> bool:
        """Whether it is an error only to the strict: hardware is said to keep this in order."""
        return bool(self.fields.get("relaxed"))


def parse(text: str) -> tuple[Finding, ...]:
    """The findings of what `ptodsl_check_findings` gives."""
    return tuple(_finding(row) for row in json.loads(text))


def parse_record(text: str) -> tuple[Finding, ...]:
    """The findings that were written as they were made, one a line. A last line that was cut off counts for nothing."""
    return tuple(_finding(json.loads(line)) for line in text.splitlines(keepends=True) if line.endswith("\n"))


def _finding(row: Mapping[str, Any]) -> Finding:
    fields = {name: value for name, value in row.items() if name not in _PLACES}
    return Finding(row["kind"], _place(row, ""), _place(row, "other_"), fields)


def _place(row: Mapping[str, Any], prefix: str) -> Place | None:
    file = row.get(f"{prefix}file")
    return Place(file, row.get(f"{prefix}line", 0)) if file else None
