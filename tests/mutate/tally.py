"""What became of the mutants, counted by kind and class of kernel, and printed as one table."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any


class Outcome(enum.Enum):
    """Who reports a mutant; what is reported by several is counted for each of them."""

    STATIC = "static"
    CHECKED = "checked"
    SCHEDULES = "schedules"
    NUMBERS = "numbers alone"
    HARMLESS = "harmless"
    UNREPORTED = "unreported"


@dataclass
class Tally:
    """Counts of outcomes by (kind, class), and the words for what is harmless or unreported."""

    counts: defaultdict[tuple[str, str], Counter[Outcome]] = field(
        default_factory=lambda: defaultdict[tuple[str, str], Counter[Outcome]](Counter)
    )
    mutants: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    reasons: Counter[str] = field(default_factory=Counter[str])
    unreported: list[str] = field(default_factory=list[str])
    left_out: Counter[str] = field(default_factory=Counter[str])
    """Equivalent mutants, by kind and reason: none of the counts above has them."""
    accused: list[str] = field(default_factory=list[str])
    """Programs that are right and of which a judge says something."""

    def add(self, kind: str, where: str, outcomes: set[Outcome], text: str) -> None:
        """Count a mutant; `text` is the reason of a harmless one, else what it is."""
        self.mutants[kind, where] += 1
        self.counts[kind, where].update(outcomes)
        if Outcome.HARMLESS in outcomes:
            self.reasons[f"{kind}: {text}"] += 1
        if Outcome.UNREPORTED in outcomes:
            self.unreported.append(f"{kind}: {text}")

    def add_equivalent(self, kind: str, why: str, outcomes: set[Outcome], text: str) -> None:
        """Leave out a mutant that is no other program; a judge who reports it all the same accuses a right one."""
        if outcomes == {Outcome.HARMLESS}:
            self.left_out[f"{kind}: {why}"] += 1
        else:
            self.accused.append(f"{kind}: {text}: {', '.join(sorted(outcome.value for outcome in outcomes))}")

    def total(self, outcome: Outcome) -> int:
        """How many mutants have an outcome."""
        return sum(counts[outcome] for counts in self.counts.values())

    @property
    def harmless_share(self) -> float:
        """The part of all mutants that is harmless."""
        return self.total(Outcome.HARMLESS) / max(1, self.mutants.total())

    def __str__(self) -> str:
        """The table, its total, and the reasons."""
        rows = [[*key, str(self.mutants[key]), *self._cells(self.counts[key])] for key in sorted(self.mutants)]
        whole: Counter[Outcome] = Counter()
        for counts in self.counts.values():
            whole.update(counts)
        rows.append(["all", "", str(self.mutants.total()), *self._cells(whole)])
        headings = ["fault", "kernels", "mutants", *(outcome.value for outcome in Outcome)]
        notes = [f"harmless, {self.harmless_share:.1%} of all:"] if self.reasons else []
        notes += _counted(self.reasons)
        if self.left_out:
            notes.append(f"left out, {self.left_out.total()} that are no other program, and that no judge reports:")
        notes += _counted(self.left_out)
        notes += [f"UNREPORTED {text}" for text in self.unreported]
        notes += [f"ACCUSED {text}" for text in self.accused]
        return "\n".join([*_aligned([headings, *rows]), *notes])

    def data(self) -> dict[str, Any]:
        """The counts by kind alone, for JSON."""
        kinds = sorted({kind for kind, _ in self.mutants})
        return {"kinds": {kind: self._data_of(kind) for kind in kinds}, "left out": self.left_out.total()}

    def _data_of(self, kind: str) -> dict[str, int]:
        keys = [key for key in self.mutants if key[0] == kind]
        counts = {outcome.value: sum(self.counts[key][outcome] for key in keys) for outcome in Outcome}
        return {"mutants": sum(self.mutants[key] for key in keys), **counts}

    def _cells(self, counts: Counter[Outcome]) -> list[str]:
        return [str(counts[outcome]) for outcome in Outcome]


def _counted(reasons: Counter[str]) -> list[str]:
    return [f"  {count:4}  {reason}" for reason, count in reasons.most_common()]


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) if index < 2 else cell.rjust(width) for index, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in rows)
    ]
