"""Failing programs made small and written as files that show the failure again."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.fuzz import reproducer
from tests.fuzz.judging.trial import Placed, attempt
from tests.fuzz.kinds import KINDS
from tests.fuzz.mutations.ir_text import text_mutated
from tests.fuzz.shrink import shrunk
from tests.fuzz.sources import Source
from tests.fuzz.writing.programs import random_program

ROOT = Path(__file__).parents[2]


def run(path: Path) -> subprocess.CompletedProcess[str]:
    """What a file does in a checkout."""
    command = [sys.executable, str(path)]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )


def small(kind: str) -> Source:
    """The first program of a kind that is taken and short."""
    for seed in range(200):
        source = KINDS[kind](seed)
        if len(source.text) < 3000 and isinstance(attempt(source), Placed):
            return source
    raise AssertionError(kind)


def test_a_failing_program_is_made_smaller() -> None:
    source = random_program(5)
    smaller = shrunk(source, lambda one: "transposed" if "pl.transpose" in one.text else "")
    assert len(smaller.text) < len(source.text) / 2
    assert "pl.transpose" in smaller.text


def test_a_failing_text_is_made_smaller() -> None:
    source = text_mutated(3)
    smaller = shrunk(source, lambda one: "stored" if "store " in one.text else "")
    assert len(smaller.text.splitlines()) < len(source.text.splitlines()) / 2
    assert "store " in smaller.text


def test_a_reproducer_of_what_is_mended_ends_with_0(tmp_path: Path) -> None:
    for kind in KINDS:
        source = small(kind)
        done = run(reproducer.written(source, "once wrong", (0.0,) * len(source.is_rough), tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_reproducer_says_what_is_wrong(tmp_path: Path) -> None:
    source = small("well")
    broken = replace(source, text=source.text.replace("pl.load(", "pl.nothing(", 1), changed=True)
    path = reproducer.written(broken, 'never """right"""', (), tmp_path)
    assert path.parent == tmp_path
    assert "never '''right'''" in path.read_text(encoding="utf-8")
    done = run(path)
    assert done.returncode == 1
    assert "error[E" in done.stderr
