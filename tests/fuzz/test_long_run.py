"""Runs of thousands of programs: in pieces, with a journal, interrupted and taken up again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fuzz.chunk import Chunk, Record
from tests.fuzz.journal import Journal
from tests.fuzz.long_run import LongRun


def test_a_run_is_taken_up_where_it_ended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "journal.jsonl"
    run = LongRun(["ill"], 0, 2, tmp_path, Journal(path))
    assert run.run(1)
    assert "ill: 2 programs" in capsys.readouterr().out
    again = LongRun(["ill"], 0, 2, tmp_path, Journal(path))
    assert list(again.journal.done) == [Chunk("ill", 0, 2)]
    assert again.run(1)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1


def test_a_failure_fails_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal(None)
    journal.add(Chunk("ill", 0, 2), Record(2, 1, failures=["ill F1: wrong"]))
    assert not LongRun(["ill"], 0, 2, tmp_path, journal).run(1)
    assert "1 failed" in capsys.readouterr().out


def test_what_was_tried_is_counted() -> None:
    run = LongRun(["ill", "text"], 0, 4, Path(), Journal(None))
    run.journal.add(Chunk("ill", 0, 2), Record(2, 1, refused={"E0101": 1}))
    run.journal.add(Chunk("ill", 2, 2), Record(2, 1, failures=["ill F3: wrong"]))
    counts = {"programs": 4, "ran": 2, "refused": 1, "without end": 0, "failed": 1}
    assert run.data() == {"ill": counts, "text": dict.fromkeys(counts, 0)}


def test_kinds_take_turns_and_what_is_left_is_tried_too(tmp_path: Path) -> None:
    chunks = list(LongRun(["well", "ill"], 10, 250, tmp_path, Journal(None)).chunks())
    assert [(one.kind, one.first, one.count) for one in chunks[-2:]] == [("well", 250, 10), ("ill", 250, 10)]
    assert sum(one.count for one in chunks) == 500


def test_a_program_that_ends_its_process_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = LongRun(["ill"], 0, 8, tmp_path, Journal(None))

    def output(command: list[str]) -> tuple[str, str]:
        first, count = int(command[5]), int(command[6])
        ends_badly = first <= 5 < first + count
        return json.dumps(Record(count).data()), "ended with -11" if ends_badly else ""

    monkeypatch.setattr(run, "_output", output)
    record = run.tried(Chunk("ill", 0, 8))  # one process at a time stands in for many
    assert record.failures == ["ill F5: ended with -11"]
    assert record.programs == 8
