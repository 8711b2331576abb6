"""Live ranges against a walk over all paths of the control flow."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ptodsl.ir.liveness import ENTRY, Range, intersect, live_ranges, merged, united
from ptodsl.ir.nodes import Block, For, Function, If, Program, Statement, Value, Yield
from ptodsl.ir.parser import parse
from ptodsl.ir.rewrite import operands_of, results_of, walk
from tests.strategies import programs

PROGRAM = """ptodsl-ir 1
program @P

kernel @k(%a: tensor<16x64xfp32>, %flag: bool) {
  %early = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>
  %unread = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>
  %start = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>
  for %i = 0 to 4 step 1 carry (%sum = %start: tile<16x64xfp32>) {
    %next = add %sum, %early : tile<16x64xfp32>
    %later = neg %next : tile<16x64xfp32>
    yield %later
  } -> (%total)
  %other = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>
  if %flag {
    store %total, %a[0, 0]
    %left = neg %total : tile<16x64xfp32>
    store %left, %a[0, 0]
  } else {
    %right = neg %other : tile<16x64xfp32>
    store %right, %a[0, 0]
  }
  return
}
"""


@pytest.fixture(scope="module")
def ranges() -> Mapping[str, list[Range]]:
    found = live_ranges(parse(PROGRAM).function("k"))
    return {value.name: live for value, live in found.of.items()}


def reads(statement: int) -> int:
    return 2 * statement


def writes(statement: int) -> int:
    return 2 * statement + 1


LOOP, LOOP_END, BRANCH, THEN, ELSE = 3, 7, 9, 10, 14
"""Numbers of statements, blocks by their first; a loop and a branch count again at their ends."""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a", [(ENTRY, reads(BRANCH)), (reads(THEN), reads(12)), (reads(ELSE), reads(15))]),
        ("flag", [(ENTRY, reads(BRANCH))]),
        ("early", [(writes(0), reads(LOOP_END))]),
        ("unread", [(writes(1), writes(1))]),
        ("start", [(writes(2), reads(LOOP))]),
        ("i", [(writes(LOOP), writes(LOOP))]),
        ("sum", [(writes(LOOP), reads(4))]),
        ("next", [(writes(4), reads(5))]),
        ("later", [(writes(5), reads(LOOP_END))]),
        ("total", [(writes(LOOP_END), reads(BRANCH)), (reads(THEN), reads(11))]),
        ("other", [(writes(8), reads(BRANCH)), (reads(ELSE), reads(14))]),
        ("right", [(writes(14), reads(15))]),
    ],
)
def test_range_of(ranges: Mapping[str, list[Range]], name: str, expected: list[Range]) -> None:
    assert ranges[name] == expected


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("early", "next", True),
        ("unread", "early", True),
        ("unread", "start", False),
        ("sum", "next", False),
        ("start", "sum", False),
        ("other", "left", False),
        ("other", "total", True),
        ("total", "right", False),
    ],
)
def test_conflict_of(ranges: Mapping[str, list[Range]], first: str, second: str, together: bool) -> None:
    assert intersect(ranges[first], ranges[second]) is together
    assert intersect(ranges[second], ranges[first]) is together


def test_an_operand_that_must_outlast_the_write_is_live_with_the_result() -> None:
    found = live_ranges(parse(PROGRAM).function("k"), late=lambda op, _index, _operand: op.name == "neg")
    ranges = {value.name: live for value, live in found.of.items()}
    assert intersect(ranges["next"], ranges["later"])
    assert not intersect(ranges["sum"], ranges["next"])


def test_a_buffer_is_live_where_a_member_is(ranges: Mapping[str, list[Range]]) -> None:
    buffer = merged(live for name in ("start", "sum", "later", "total") for live in ranges[name])
    assert buffer == [(writes(2), reads(4)), (writes(5), reads(BRANCH)), (reads(THEN), reads(11))]


class Paths:
    """Liveness by dataflow: sets of live values after each statement, iterated to a fixed point."""

    def __init__(self, function: Function) -> None:
        self.after: dict[Statement, set[Value]] = {}
        self.block(function.body, set())

    def block(self, block: Block, live: set[Value]) -> set[Value]:
        for statement in reversed(block.statements):
            self.after.setdefault(statement, set()).update(live)
            live = self.before(statement, live)
        return live

    def before(self, statement: Statement, live: set[Value]) -> set[Value]:
        live = live - set(results_of(statement))
        if isinstance(statement, If):
            live = self.block(statement.then, live) | self.block(statement.orelse, live)
        if isinstance(statement, For):
            own = {statement.index, *statement.carried}
            entry: set[Value] = set()
            while not (again := self.block(statement.body, live | (entry - own))) <= entry:
                entry |= again
            live = live | (entry - own)
        return live | {operand for operand in operands_of(statement) if isinstance(operand, Value)}


@settings(max_examples=40, deadline=None)
@given(programs())
def test_ranges_agree_with_dataflow_on_random_programs(program: Program) -> None:
    for function in program.functions:
        after, live = Paths(function).after, live_ranges(function)
        for statement in walk(function.body):
            if isinstance(statement, If | For | Yield):
                continue  # between blocks: a point belongs to one of them only
            written = live.points[statement] + 1
            inside = {v for v, ranges in live.of.items() if any(start <= written < end for start, end in ranges)}
            assert inside == after[statement]


@st.composite
def range_lists(draw: st.DrawFn) -> list[Range]:
    """Ranges on a short line, in order and apart."""
    pairs = st.tuples(st.integers(-1, 40), st.integers(0, 4))
    return merged((start, start + length) for start, length in draw(st.lists(pairs, max_size=8)))


@example([(2, 4)], [(0, 2)])
@example([(0, 2)], [(2, 4)])
@given(range_lists(), range_lists())
def test_ranges_meet_and_unite_point_by_point(one: list[Range], other: list[Range]) -> None:
    points = [{point for start, end in ranges for point in range(start, end + 1)} for ranges in (one, other)]
    assert intersect(one, other) == bool(points[0] & points[1])
    assert united(one.copy(), other.copy()) == merged(one + other)
