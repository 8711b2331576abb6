"""Live ranges against a walk over all paths of the control flow."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings

from ptodsl.ir.liveness import ENTRY, Segment, conflict, joined, live_ranges, positions
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
def ranges() -> Mapping[str, tuple[Segment, ...]]:
    found = live_ranges(parse(PROGRAM).function("k"))
    return {value.name: live for value, live in found.items()}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a", [(ENTRY, 11), (12, 14)]),
        ("early", [(0, 6)]),
        ("unread", [(1, 1)]),
        ("start", [(2, 3)]),
        ("sum", [(3, 4)]),
        ("next", [(4, 5)]),
        ("later", [(5, 6)]),
        ("total", [(6, 10)]),
        ("other", [(7, 8), (12, 13)]),
        ("right", [(13, 14)]),
    ],
)
def test_range_of(ranges: Mapping[str, tuple[Segment, ...]], name: str, expected: list[tuple[int, int]]) -> None:
    assert list(ranges[name]) == expected


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
def test_conflict_of(ranges: Mapping[str, tuple[Segment, ...]], first: str, second: str, together: bool) -> None:
    assert conflict(ranges[first], ranges[second]) is together
    assert conflict(ranges[second], ranges[first]) is together


def test_a_buffer_is_live_where_a_member_is(ranges: Mapping[str, tuple[Segment, ...]]) -> None:
    buffer = joined(ranges[name] for name in ("start", "sum", "later", "total"))
    assert buffer == ((2, 4), (5, 10))


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
        after, ranges, numbers = Paths(function).after, live_ranges(function), positions(function)
        for statement in walk(function.body):
            if isinstance(statement, If | For | Yield):
                continue  # between blocks: a position belongs to one of them only
            number = numbers[statement]
            inside = {v for v, live in ranges.items() if any(s.first <= number < s.last for s in live)}
            assert inside == after[statement]
