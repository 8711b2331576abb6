"""The committed results of `ptodsl bench`, as tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ptodsl.commands.table import duration

DOCS = Path(__file__).resolve().parents[1]
RESULTS, COST = DOCS / "benchmarks.json", DOCS / "checking_cost.json"
_VERDICT = {True: "yes", False: "**no**", None: ""}


def _results(file: Path = RESULTS) -> Mapping[str, Any]:
    results: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return results


def machine() -> str:
    """What they were measured on."""
    return _machine(_results())


def cost() -> str:
    """What checking costs, and what that was measured on, which may be another machine."""
    results = _results(COST)
    return f"{_table(results['measurements'])}\n\nMeasured on: {_machine(results)}."


def _machine(results: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in results["machine"].items())


def attention() -> str:
    """Paged attention against torch."""
    return _table([row for row in _results()["measurements"] if row["name"].startswith("paged attention")])


def everything_else() -> str:
    """All other measurements, and what could not be measured."""
    results = _results()
    rows = [row for row in results["measurements"] if not row["name"].startswith("paged attention")]
    counted = [
        f"- {one['name']}: {one['value']:g} {one['unit']}, goal at most {one['most']:g}" for one in results["amounts"]
    ]
    skipped = [f"- not measured: {one['name']} ({one['reason']})" for one in results["skipped"]]
    return "\n".join([_table(rows), "", *counted, *skipped])


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(
        ("| what | time | baseline | its time | ratio | goal | met |", "|---|---|---|---|---|---|---|", *_rows(rows))
    )


def _rows(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        cells = (
            row["name"],
            duration(row["seconds"]),
            row["baseline"],
            duration(row["baseline_seconds"]),
            f"{row['ratio']:.3g}",
            _goal(row),
            _VERDICT[row["met"]],
        )
        yield f"| {' | '.join(cells)} |"


def _goal(row: Mapping[str, Any]) -> str:
    if row["most_seconds"] is not None:
        return f"at most {duration(row['most_seconds'])}"
    return "" if row["most_ratio"] is None else f"at most {row['most_ratio']:.2g}"
