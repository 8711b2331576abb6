"""A golden that is missing or different fails and says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import Goldens


def test_check_passes_when_the_text_is_the_same(tmp_path: Path) -> None:
    Goldens(update=True, folder=tmp_path).check("a/b.cpp", "one\ntwo\n")
    Goldens(update=False, folder=tmp_path).check("a/b.cpp", "one\ntwo\n")


def test_check_names_the_command_when_the_golden_is_missing(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="`make goldens` writes it"):
        Goldens(update=False, folder=tmp_path).check("b.cpp", "one\n")


def test_check_shows_the_lines_when_the_text_differs(tmp_path: Path) -> None:
    Goldens(update=True, folder=tmp_path).check("b.cpp", "one\ntwo\n")
    with pytest.raises(AssertionError, match=r"(?s)-two\n.*\+three\n"):
        Goldens(update=False, folder=tmp_path).check("b.cpp", "one\nthree\n")
