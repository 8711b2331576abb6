"""Which statement each line of emitted C++ was made from."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

import pytest

from ptodsl import pipeline
from ptodsl.codegen.emitter import emit_program
from ptodsl.codegen.places import Places
from ptodsl.ir.span import Span
from ptodsl.machine import ARCHITECTURES
from tests.st.suite import SUITE, Entry

COMMENT = re.compile(r"  // (?P<file>\S+):(?P<line>\d+)$")


@pytest.mark.parametrize("is_checked", [False, True], ids=["fast", "checked"])
@pytest.mark.parametrize("entry", SUITE, ids=lambda entry: entry.name)
def test_places_are_those_of_the_comments(entry: Entry, is_checked: bool) -> None:
    architecture = ARCHITECTURES["a2a3"]
    placed = pipeline.place(entry.program(), architecture)
    emitted = emit_program(placed, architecture, "0", is_checked=is_checked)
    lines = emitted.text.split("\n")
    commented = {number: match for number, line in enumerate(lines, 1) if (match := COMMENT.search(line))}
    assert commented
    for number, match in commented.items():
        span = emitted.places[number]
        assert (PurePath(span.file).name, span.line) == (match["file"], int(match["line"]))
    others = [lines[number - 1].strip() for number in emitted.places.keys() - commented.keys()]
    assert all(line.startswith(("TASSIGN(", "const pto::checked::Kernel ")) for line in others)
    assert "\x1f" not in emitted.text


def test_lines_without_a_place_are_left_out() -> None:
    places = Places()
    spans = [Span("a.py", line, 0, line, 4) for line in (3, 5)]
    marks: list[Any] = [places.mark(span) for span in (None, spans[0], spans[1])]
    assert places.read(f"one{marks[0]}\ntwo{marks[1]}\n\nfour{marks[2]}\n") == "one\ntwo\n\nfour\n"
    assert places.by_line == {2: spans[0], 4: spans[1]}
