"""A few programs of one kind, one after the other, and what became of them as data."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.campaign import campaign
from tests.fuzz.coverage import Coverage, coverage
from tests.fuzz.kinds import KINDS
from tests.fuzz.report import reported

REPORTED = 3
"""How many failures of a chunk are made small: one bug fails many programs."""


@dataclass(frozen=True)
class Chunk:
    """Some programs of a kind: those of `count` seeds from `first` on."""

    kind: str
    first: int
    count: int

    def halves(self) -> tuple[Chunk, Chunk]:
        """Two chunks of half the seeds each."""
        middle = self.count // 2
        return Chunk(self.kind, self.first, middle), Chunk(self.kind, self.first + middle, self.count - middle)


@dataclass
class Record:
    """What became of programs: how many ran, were refused (by codes) or had no end, what failed, what they had."""

    programs: int = 0
    ran: int = 0
    endless: int = 0
    refused: dict[str, int] = field(default_factory=dict[str, int])
    failures: list[str] = field(default_factory=list[str])
    seconds: float = 0.0
    coverage: dict[str, int] = field(default_factory=dict[str, int])

    def plus(self, other: Record) -> Record:
        """Both together."""
        return Record(
            self.programs + other.programs,
            self.ran + other.ran,
            self.endless + other.endless,
            dict(Counter(self.refused) + Counter(other.refused)),
            self.failures + other.failures,
            self.seconds + other.seconds,
            dict(Counter(self.coverage) + Counter(other.coverage)),
        )

    def data(self) -> dict[str, Any]:
        """What JSON holds of it."""
        return asdict(self)


def run(chunk: Chunk, folder: Path) -> Record:
    """Every program of the chunk tried; reproducers go to the folder."""
    start = time.monotonic()
    done = campaign(map(KINDS[chunk.kind], range(chunk.first, chunk.first + chunk.count)))
    failures = [reported(one, folder) for one in done.failures[:REPORTED]]
    failures += [f"{one.source.name}: {one.problem}" for one in done.failures[REPORTED:]]
    return Record(
        chunk.count,
        len(done.placed),
        done.endless,
        dict(Counter(one.codes[0] for one in done.refused)),
        [f"{chunk.kind} {text}" for text in failures],
        time.monotonic() - start,
        dict(sum((coverage(one.placed, one.source.architecture) for one in done.placed), Coverage())),
    )
