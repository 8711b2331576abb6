"""The file that a long run can be taken up from: a line of JSON for each chunk that is done."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.chunk import Chunk, Record


@dataclass
class Journal:
    """What is done, in order; of none where no file is wanted."""

    path: Path | None

    def __post_init__(self) -> None:
        self.done: dict[Chunk, Record] = {}
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path and self.path.exists() else []
        for line in lines:
            entry = json.loads(line)
            self.done[Chunk(entry["kind"], entry["first"], entry["count"])] = Record(**entry["record"])

    def add(self, chunk: Chunk, record: Record) -> None:
        """One more chunk that is done, on disk before the next one is."""
        self.done[chunk] = record
        if self.path is not None:
            entry = {"kind": chunk.kind, "first": chunk.first, "count": chunk.count, "record": record.data()}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")

    def summary(self, kind: str) -> Record:
        """All that is done of a kind."""
        whole = Record()
        for chunk, record in self.done.items():
            if chunk.kind == kind:
                whole = whole.plus(record)
        return whole
