"""Programs with a mistake each, and what is said about them.

Every file in `tests/invalid/` is run. It must raise a `PtoError` whose diagnostics are the ones that its comments
expect, no more and no fewer. A comment stands below the line that it is about, with carets under what the diagnostic
points at, then the code and the whole message:

    t = t * scale
    #       ^^^^^ error[E0101]: `scale` is not defined

Several comments below one line are about that same line. A range of several lines is marked on its first one, to its
end. A range that starts in column 0 has its first caret where the `#` stands. A diagnostic without a place is a
comment `# error[E0120]: ...` without carets, anywhere. A file that needs a later stage calls it: `ptodsl.emit(kernel)`.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from types import ModuleType

import pytest

from ptodsl.errors import Diagnostic, PtoError, memory, names, outputs, types
from tests.golden import Goldens

FOLDER = Path(__file__).parents[1] / "invalid"
FILES = sorted(FOLDER.glob("*.py"))
EXPECTED = re.compile(r"(?P<indent>\s*)#(?P<space> *)(?P<carets>\^*) ?error\[(?P<code>\w+)\]: (?P<message>.*)")

Found = tuple[int, int, int, str]
"""Line, first column, column after the last, code and message; line 0 for no place."""


def expected(lines: list[str]) -> list[Found]:
    """What the comments of a file expect."""
    found: list[Found] = []
    line = 0
    for number, text in enumerate(lines, 1):
        match = EXPECTED.fullmatch(text)
        if match is None:
            line = number
            continue
        end = match.end("carets")
        start = match.start("carets") if match["space"] else match.start("indent") + len(match["indent"])
        message = f"error[{match['code']}]: {match['message']}"
        found.append((line, start, end, message) if match["carets"] else (0, 0, 0, message))
    return sorted(found)


def actual(diagnostic: Diagnostic, lines: list[str]) -> Found:
    """What a diagnostic says, in the same form."""
    span = diagnostic.span
    text = f"error[{diagnostic.code}]: {diagnostic.message}"
    if span is None:
        return (0, 0, 0, text)
    end = span.end_column if span.end_line == span.line else len(lines[span.line - 1])
    return (span.line, span.column, end, text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mistake_is_reported_where_it_is(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    with pytest.raises(PtoError) as raised:
        runpy.run_path(str(path))
    assert sorted(actual(diagnostic, lines) for diagnostic in raised.value.diagnostics) == expected(lines)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mistake_has_a_remedy_and_renders(path: Path) -> None:
    with pytest.raises(PtoError) as raised:
        runpy.run_path(str(path))
    for diagnostic in raised.value.diagnostics:
        assert diagnostic.help, f"{diagnostic!r} does not say what to do"
        assert "{" not in diagnostic.message + diagnostic.label
    assert "^" in str(raised.value)


ELSEWHERE = {
    # no source, no function: tests/unit/test_frontend_source.py; too deep: tests/unit/test_hostile_python.py
    names: {"E0104", "E0124", "E0125", "E0126"},
    types: set[str](),
    outputs: set[str](),
    memory: set[str](),
}
"""Areas of mistakes that users of the language make, and the codes that no file here can show."""

WRITTEN_IR = {names: "E0150", memory: "E0450"}
"""From which code on an area's mistakes are those of IR text and of placed IR, which tests of their own show."""


@pytest.mark.parametrize("area", ELSEWHERE, ids=lambda area: area.__name__.rpartition(".")[2])
def test_every_mistake_has_a_case(area: ModuleType) -> None:
    shown = {code for path in FILES for code in re.findall(r"error\[(\w+)\]", path.read_text(encoding="utf-8"))}
    classes = [value for value in vars(area).values() if isinstance(value, type)]
    codes = {value.code for value in classes if issubclass(value, Diagnostic) and value is not Diagnostic}
    assert {code for code in codes if code < WRITTEN_IR.get(area, "E1")} - shown == ELSEWHERE[area]


@pytest.mark.parametrize("stem", ["dtypes_differ_add", "seed_flags", "seed_scale", "seed_unassigned_output"])
def test_message_is_good_enough_for_a_review(stem: str, goldens: Goldens) -> None:
    with pytest.raises(PtoError) as raised:
        runpy.run_path(str(FOLDER / f"{stem}.py"))
    goldens.check(f"errors/{stem}.txt", f"{raised.value}\n")
