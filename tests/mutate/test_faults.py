"""The table of seeded faults fits the product: each can be planted, leaves a file that parses; no part is spared."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from ptodsl import pipeline
from tests.mutate.fault import Fault
from tests.mutate.faults import FAULTS
from tests.mutate.workspace import FaultMisplaced, patched
from tests.tree import ROOT

each = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.part}: {fault.what}")

PARTS = {
    *("frontend", "inference", "effects", "op table", "codegen", "interpreter"),
    *("task graph", "arena", "launcher", "arguments", "launch", "cache", "checked engine", "checked facade"),
    *(one.name for one in pipeline.PASSES),
    *("verify_structure", *(verify.__name__ for verify in pipeline.VERIFIERS)),
    *(path.stem for path in (ROOT / "runtime/include/pto/isa").glob("*.hpp")),
} - {"flags", "rules", "sync"}
"""Every part that needs a fault: of the tile library, the headers that compute or move something."""


@each
def test_fault_can_be_planted_and_leaves_a_file_that_parses(fault: Fault) -> None:
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    after = patched(text, fault)
    assert after != text
    if fault.file.endswith(".py"):
        ast.parse(after)
    else:
        assert _nesting(after) == _nesting(text)


def _nesting(text: str) -> dict[str, int]:
    """How many brackets of each kind are left open: none, but for those in characters and comments."""
    plain = re.sub(r"//[^\n]*", "", text)
    return {pair: plain.count(pair[0]) - plain.count(pair[1]) for pair in ("()", "{}", "[]")}


@each
def test_tests_of_a_fault_s_part_are_there(fault: Fault) -> None:
    assert fault.tests
    assert [path for path in fault.tests if not Path(ROOT, path).is_file()] == []


def test_every_part_has_a_fault_and_no_other_is_named() -> None:
    assert {fault.part for fault in FAULTS} == PARTS


def test_no_two_faults_are_one() -> None:
    assert len({(fault.part, fault.what) for fault in FAULTS}) == len(FAULTS)
    assert len({(fault.file, fault.old, fault.new) for fault in FAULTS}) == len(FAULTS)


def test_text_that_has_moved_on_is_an_error() -> None:
    fault = Fault("nothing", "none", "none.py", "old", "new", ())
    assert patched("an old line", fault) == "an new line"
    for text in ("no such line", "old and old"):
        with pytest.raises(FaultMisplaced, match=r"stands there [02] times"):
            patched(text, fault)
