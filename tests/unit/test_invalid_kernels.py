"""Kernels in C++ with a mistake each, and what `ptodsl check` says about them.

Every file in `tests/invalid_kernels/` is checked with the options of its first line. It must show the mistakes that its
comments expect, no more and no fewer. A comment stands below the line that it is about, as in `test_invalid.py`, with
`//` for `#`; a mistake without a place is a comment without carets, anywhere.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.generator.kernels import INVALID, findings
from ptodsl.errors import Diagnostic, checked, checked_bytes, checked_runs
from ptodsl.errors.checked_bytes import Unworded, ZeroNow

FILES = sorted(INVALID.glob("*.cpp"))
EXPECTED = re.compile(r"//(?P<space> *)(?P<carets>\^*) ?(?P<message>(?:error|warning)\[\w+\]: .*)")

Found = tuple[int, int, int, str]
"""Line, first column, column after the last, code and message; line 0 for no place."""


def expected(lines: list[str]) -> list[Found]:
    """What the comments of a file expect."""
    found: list[Found] = []
    line = 0
    for number, text in enumerate(lines, 1):
        match = EXPECTED.fullmatch(text.strip())
        if match is None:
            line = number
            continue
        margin = len(text) - len(text.lstrip())
        start, end = margin + match.start("carets"), margin + match.end("carets")
        found.append((line, start, end, match["message"]) if match["carets"] else (0, 0, 0, match["message"]))
    return sorted(found)


def actual(diagnostic: Diagnostic) -> Found:
    """What a diagnostic says, in the same form; of several lines the first."""
    severity = "warning" if diagnostic.is_warning else "error"
    text = f"{severity}[{diagnostic.code}]: {diagnostic.message.splitlines()[0]}"
    span = diagnostic.span
    return (0, 0, 0, text) if span is None else (span.line, span.column, span.end_column, text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mistake_is_reported_where_it_is(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = findings(path)
    assert sorted(map(actual, found)) == expected(lines)
    for diagnostic in found:
        assert diagnostic.help, f"{diagnostic!r} does not say what to do"
        assert "{" not in diagnostic.message + diagnostic.label + diagnostic.help


def test_every_mistake_has_a_kernel() -> None:
    shown = {code for path in FILES for code in re.findall(r"(?:error|warning)\[(\w+)\]", path.read_text("utf-8"))}
    classes = [value for area in (checked, checked_bytes, checked_runs) for value in vars(area).values()]
    codes = {
        one.code for one in classes if isinstance(one, type) and issubclass(one, Diagnostic) and "code" in vars(one)
    }
    assert codes - shown == {Unworded.code, ZeroNow.code}, (
        "programs alone say that a number is 0: test_zero_at_run_time.py"
    )
