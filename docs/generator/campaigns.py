"""What long runs of broken kernels and of random programs have come to, as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1]
MUTANTS, PROGRAMS = DOCS / "mutants.json", DOCS / "random_programs.json"

_KINDS = {"well": "well-typed", "ill": "with a mistake in the Python text", "text": "with a change in the IR text"}


def mutants() -> str:
    """How many mutants of each kind there are, and who reports them."""
    found = _read(MUTANTS)
    rows: dict[str, Mapping[str, int]] = dict(found["kinds"])
    whole = {column: sum(counts[column] for counts in rows.values()) for column in _columns(rows)}
    notes = f"Left out: {found['left out']} mutants that are no other program, and of which no judge reports anything."
    return "\n".join([_table("fault", rows | {"**all**": whole}), "", notes])


def programs() -> str:
    """How many random programs of each kind were tried, and what became of them."""
    return _table("random programs", {_KINDS[kind]: counts for kind, counts in _read(PROGRAMS).items()})


def _table(heading: str, rows: Mapping[str, Mapping[str, int]]) -> str:
    columns = _columns(rows)
    lines = [f"| {name} | {' | '.join(f'{counts[column]:,}' for column in columns)} |" for name, counts in rows.items()]
    return "\n".join([f"| {heading} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|", *lines])


def _columns(rows: Mapping[str, Mapping[str, int]]) -> list[str]:
    return list(next(iter(rows.values())))


def _read(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
