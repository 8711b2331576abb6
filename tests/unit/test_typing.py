"""Kernels type-check: what is right without a word, what is wrong where it is."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.tree import ROOT

pytestmark = [
    pytest.mark.lint,
    pytest.mark.slow,
    pytest.mark.xdist_group("checkers"),
    pytest.mark.skipif(
        find_spec("mypy") is None or find_spec("pyright") is None, reason="`make lint` installs mypy and pyright"
    ),
]

KERNELS = ROOT / "tests" / "typing" / "kernels.py"
MISTAKES = KERNELS.with_name("mistakes.py.txt")
CHECKERS = {
    "mypy": ("mypy", "--no-error-summary", "--hide-error-context"),
    "pyright": ("pyright", "--pythonpath", sys.executable),
}


def lines_with_errors(checker: str, path: Path, *options: str) -> set[int]:
    """The lines of a file that a checker reports."""
    command = [sys.executable, "-m", *CHECKERS[checker], *options, str(path)]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    found = re.findall(rf"{re.escape(path.name)}:(\d+)(?::\d+)?(?: -)?:? error", output)
    assert found or "error" not in output.replace("0 errors", ""), output
    return {int(line) for line in found}


@pytest.mark.parametrize("checker", CHECKERS)
def test_kernels_check_with_no_ignore(checker: str) -> None:
    assert "ignore" not in KERNELS.read_text(encoding="utf-8")
    assert lines_with_errors(checker, KERNELS) == set()


@pytest.mark.parametrize("checker", CHECKERS)
def test_mistakes_are_found(checker: str, tmp_path: Path) -> None:
    text = MISTAKES.read_text(encoding="utf-8")
    wrong = {number for number, line in enumerate(text.splitlines(), 1) if "#" in line}
    path = tmp_path / "mistakes.py"
    path.write_text(text, encoding="utf-8")
    assert lines_with_errors(checker, path) == wrong


def test_kernels_check_without_the_plugin_where_two_rules_are_off(tmp_path: Path) -> None:
    line = '# mypy: disable-error-code="valid-type,type-arg"\n'
    path = tmp_path / "kernels.py"
    path.write_text(line + KERNELS.read_text(encoding="utf-8").replace("    assert_type(Softmax.ir, Program)\n", ""))
    settings = tmp_path / "mypy.ini"
    settings.write_text("[mypy]\nstrict = True\n")
    assert lines_with_errors("mypy", path, "--config-file", str(settings)) == set()
