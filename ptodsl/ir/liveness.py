"""Where the contents of values are needed: live ranges over the structured control flow.

Positions are the numbers of statements in the order of the text, from 0, as `rewrite.walk` gives them; an If or For
stands at its header, and its results are defined by the last Yield inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ptodsl.ir.nodes import Block, For, Function, If, Statement, Value
from ptodsl.ir.rewrite import blocks_of, operands_of, results_of, walk


class Segment(NamedTuple):
    """Consecutive positions at which a value is live: it is there after `first`, and `last` is the last to need it."""

    first: int
    last: int

    @property
    def until(self) -> int:
        """Where its bytes are free again: even a value that nothing reads is written once."""
        return max(self.last, self.first + 1)


LiveRange = tuple[Segment, ...]
"""In order, apart from each other. A value that nothing reads has one segment, of its definition alone."""

ENTRY = -1
"""Where parameters are defined."""


def live_ranges(function: Function) -> dict[Value, LiveRange]:
    """The live range of every value of a function, in the order of their definitions.

    A value that is defined before a loop and read inside is live to the end of the loop. One that is read in a branch
    only is dead in the other. What flows over a back edge is the yielded value and then the carried one: the ranges of
    a loop's initial, carried, yielded and result values meet end to end.
    """
    flow = _Flow()
    flow.add(function)
    return {value: flow.range_of(value) for value in flow.definitions}


def positions(function: Function) -> dict[Statement, int]:
    """The position of every statement."""
    return {statement: number for number, statement in enumerate(walk(function.body))}


def conflict(first: LiveRange, second: LiveRange) -> bool:
    """Whether two values are ever needed together.

    Where one dies at the statement that defines the other they are not: whether they may share bytes then is up to
    that statement.
    """
    return any(max(a.first, b.first) < min(a.until, b.until) for a, b in _candidates(first, second))


def joined(ranges: Iterable[LiveRange]) -> LiveRange:
    """The range of a buffer: every position at which one of its members is live."""
    merged: list[Segment] = []
    for segment in sorted(segment for live in ranges for segment in live):
        if merged and segment.first <= merged[-1].last:
            merged[-1] = Segment(merged[-1].first, max(merged[-1].last, segment.last))
        else:
            merged.append(segment)
    return tuple(merged)


def _candidates(first: LiveRange, second: LiveRange) -> Iterator[tuple[Segment, Segment]]:
    """Pairs of segments that may touch, by one walk over both."""
    i = j = 0
    while i < len(first) and j < len(second):
        yield first[i], second[j]
        if first[i].last <= second[j].last:
            i += 1
        else:
            j += 1


@dataclass(eq=False)
class _Region:
    """A block: the position before its first statement and that of its last, and the statement that holds it."""

    first: int
    parent: _Region | None = None
    header: int = 0
    loop: bool = False
    last: int = 0


@dataclass
class _Flow:
    """Regions, definitions and uses of one function."""

    definitions: dict[Value, tuple[int, _Region]] = field(default_factory=dict[Value, tuple[int, _Region]])
    uses: dict[Value, list[tuple[int, _Region]]] = field(default_factory=dict[Value, list[tuple[int, _Region]]])
    count: int = 0

    def add(self, function: Function) -> None:
        """Number the function's statements and note what they define and read."""
        top = _Region(ENTRY)
        for parameter in function.parameters:
            self.definitions[parameter.value] = (ENTRY, top)
        self._block(function.body, top)

    def _block(self, block: Block, region: _Region) -> None:
        for statement in block.statements:
            self._statement(statement, region)
        region.last = self.count - 1

    def _statement(self, statement: Statement, region: _Region) -> None:
        number = self.count
        self.count += 1
        for operand in operands_of(statement):
            if isinstance(operand, Value):
                self.uses.setdefault(operand, []).append((number, region))
        for block in blocks_of(statement):
            loop = isinstance(statement, For)
            inner = _Region(self.count - 1, region, number, loop)
            if isinstance(statement, For):
                self.definitions.update(dict.fromkeys((statement.index, *statement.carried), (number, inner)))
            self._block(block, inner)
        end = self.count - 1 if isinstance(statement, If | For) else number
        self.definitions.update(dict.fromkeys(results_of(statement), (end, region)))

    def range_of(self, value: Value) -> LiveRange:
        """The segments in which a value is live."""
        start, home = self.definitions[value]
        needed = _Needed(home)
        for number, region in self.uses.get(value, ()):
            needed.add(number, region)
        return joined([tuple(needed.segments(home, start))])


@dataclass
class _Needed:
    """How far into each region a value is needed, up to the region that defines it."""

    home: _Region
    last: dict[_Region, int] = field(default_factory=dict[_Region, int])
    inner: dict[_Region, list[_Region]] = field(default_factory=dict[_Region, list[_Region]])

    def add(self, number: int, region: _Region) -> None:
        """A use; it is needed to the header of every branch around it, and to the end of every loop."""
        while True:
            known = region in self.last
            self.last[region] = max(self.last.get(region, number), number)
            if region is self.home or region.parent is None:
                return
            if not known:
                self.inner.setdefault(region.parent, []).append(region)
            number = region.last if region.loop else region.header
            region = region.parent

    def segments(self, region: _Region, start: int) -> Iterator[Segment]:
        """The stretch in a region, and in each branch of the `if` that ends it."""
        end = self.last.get(region, start)
        yield Segment(start, end)
        for inner in self.inner.get(region, ()):
            if not inner.loop and inner.header == end:
                yield from self.segments(inner, inner.first)
