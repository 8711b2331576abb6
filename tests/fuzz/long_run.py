"""Thousands of random programs on some workers, each chunk in a process of its own that may end or hang."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped] # its stubs are a package of their own, for one bar

from tests.fuzz.chunk import Chunk, Record
from tests.fuzz.coverage import Coverage, missing, report
from tests.fuzz.journal import Journal

SIZE = 120
"""How many programs a process tries: enough that its start does not count."""
SECONDS = 1800
"""How long it may take, on a busy machine and with failures to make small."""
STEP = 0.5
"""How often a worker looks whether the run is to end, in seconds."""


@dataclass
class LongRun:
    """What is to be tried, and what is known so far."""

    kinds: Sequence[str]
    first: int
    count: int
    folder: Path
    journal: Journal
    stopped: Event = field(default_factory=Event)

    def chunks(self) -> Iterator[Chunk]:
        """The kinds in turn, so that an interrupted run has some of each."""
        for first in range(self.first, self.first + self.count, SIZE):
            for kind in self.kinds:
                yield Chunk(kind, first, min(SIZE, self.first + self.count - first))

    def run(self, workers: int) -> bool:
        """Whether all was tried and nothing failed; prints what was found and a summary, also where interrupted."""
        left = [chunk for chunk in self.chunks() if chunk not in self.journal.done]
        try:
            bar = tqdm(total=self.count * len(self.kinds), unit="program", smoothing=0.05)
            with bar:
                bar.update(sum(chunk.count for chunk in self.chunks() if chunk in self.journal.done))
                self._run(left, workers, bar)
        except KeyboardInterrupt:
            print("interrupted")
            self.stopped.set()
        print(self.summary())
        return not self.stopped.is_set() and not self._failures()

    def _run(self, left: list[Chunk], workers: int, bar: Any) -> None:
        with ThreadPoolExecutor(workers) as pool:
            try:
                pending: dict[Future[Record], Chunk] = {pool.submit(self.tried, chunk): chunk for chunk in left}
                for future in as_completed(pending):
                    chunk, record = pending[future], future.result()
                    self.journal.add(chunk, record)
                    bar.update(chunk.count)
                    bar.set_postfix(failures=len(self._failures()))
                    for text in record.failures:
                        bar.write(f"{text}\n")
            except BaseException:
                self.stopped.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def tried(self, chunk: Chunk) -> Record:
        """A chunk in a process; where that ends badly, its halves, down to the program that ends it."""
        command = [sys.executable, "-m", "tests.fuzz", "chunk", chunk.kind, str(chunk.first), str(chunk.count)]
        text, how = self._output([*command, "--reproducers", str(self.folder)])
        if not how:
            return Record(**json.loads(text.splitlines()[-1]))
        if chunk.count == 1:
            return Record(1, failures=[f"{chunk.kind} F{chunk.first}: {how}"])
        first, second = chunk.halves()
        return self.tried(first).plus(self.tried(second))

    def _output(self, command: list[str]) -> tuple[str, str]:
        """What a process prints, and how it ended where it should not have. Raises KeyboardInterrupt once stopped."""
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        ) as process:
            for _ in range(int(SECONDS / STEP)):
                if self.stopped.is_set():
                    os.killpg(process.pid, signal.SIGKILL)
                    raise KeyboardInterrupt
                try:
                    text, _ = process.communicate(timeout=STEP)
                except subprocess.TimeoutExpired:
                    continue
                return text, f"the process ended with {process.returncode}\n{text}" if process.returncode else ""
            os.killpg(process.pid, signal.SIGKILL)
        return "", f"no end after {SECONDS} s"

    def _failures(self) -> list[str]:
        return [text for record in self.journal.done.values() for text in record.failures]

    def data(self) -> dict[str, Any]:
        """The same as counts, for JSON."""
        return {kind: _counts(self.journal.summary(kind)) for kind in self.kinds}

    def summary(self) -> str:
        """How many programs of each kind ran, were refused, failed; what the well-typed ones had."""
        return "\n\n".join(_described(kind, self.journal.summary(kind)) for kind in self.kinds)


def _counts(record: Record) -> dict[str, int]:
    refused, failed = sum(record.refused.values()), len(record.failures)
    return {
        "programs": record.programs,
        "ran": record.ran,
        "refused": refused,
        "without end": record.endless,
        "failed": failed,
    }


def _described(kind: str, record: Record) -> str:
    refused = ", ".join(f"{code} {count}" for code, count in sorted(record.refused.items(), key=lambda one: -one[1]))
    seconds = 1000 * record.seconds / max(1, record.programs)
    lines = [
        f"{kind}: {record.programs} programs, {record.ran} ran, {sum(record.refused.values())} refused",
        f"{len(record.failures)} failed, {record.endless} without end; {seconds:.0f} s per 1,000",
        f"refused by first code: {refused}",
    ]
    if kind == "well":
        found = Coverage(record.coverage)
        lines += [report(found), f"never generated: {', '.join(missing(found)) or 'nothing'}"]
    return "\n".join(lines)
