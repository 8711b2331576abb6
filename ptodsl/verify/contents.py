"""What the bytes of a memory hold: an interval map that splits and joins as writes come."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ptodsl.ir.nodes import Op, Value

Values = frozenset[Value]


class Holding(NamedTuple):
    """What one interval holds.

    `values` are the definitions whose bytes stand here on every path; `writers` the ops that may have written last.
    """

    values: Values
    writers: frozenset[Op]

    def joined(self, other: Holding) -> Holding:
        """What is known where two paths meet."""
        if self == other:
            return self
        return Holding(self.values & other.values, self.writers | other.writers)


EMPTY = Holding(frozenset(), frozenset())


@dataclass
class Contents:
    """One memory, byte-exact: interval i reaches from `starts[i]` to the next start, the last one has no end."""

    starts: list[int] = field(default_factory=lambda: [0])
    holdings: list[Holding] = field(default_factory=lambda: [EMPTY])

    def copy(self) -> Contents:
        """A memory of its own."""
        return Contents(list(self.starts), list(self.holdings))

    def over(self, span: range) -> Iterator[tuple[range, Holding]]:
        """The intervals of a range, cut to it."""
        first, stop = bisect_right(self.starts, span.start) - 1, bisect_left(self.starts, span.stop)
        for index in range(max(first, 0), stop):
            end = self.starts[index + 1] if index + 1 < len(self.starts) else span.stop
            yield range(max(self.starts[index], span.start), min(end, span.stop)), self.holdings[index]

    def write(self, span: range, holding: Holding) -> None:
        """The whole range holds one thing."""
        first, stop = self._cut(span)
        self.starts[first:stop] = [span.start]
        self.holdings[first:stop] = [holding]

    def name(self, span: range, value: Value) -> None:
        """What the range holds is also `value`."""
        first, stop = self._cut(span)
        self.holdings[first:stop] = [Holding(h.values | {value}, h.writers) for h in self.holdings[first:stop]]

    def forget(self, span: range, value: Value) -> None:
        """What the range holds is not `value` any more."""
        first, stop = self._cut(span)
        self.holdings[first:stop] = [Holding(h.values - {value}, h.writers) for h in self.holdings[first:stop]]

    def joined(self, other: Contents) -> Contents:
        """The memory where two paths meet; neighbours that hold the same are one interval again."""
        if self.starts == other.starts and self.holdings == other.holdings:
            return self.copy()
        result = Contents([], [])
        mine, theirs = (dict(zip(of.starts, of.holdings, strict=True)) for of in (self, other))
        one = another = last = EMPTY
        for start in sorted(mine.keys() | theirs.keys()):
            one, another = mine.get(start, one), theirs.get(start, another)
            holding = one if one is another else one.joined(another)
            if not result.holdings or last != holding:
                result.starts.append(start)
                result.holdings.append(holding)
                last = holding
        return result

    def _cut(self, span: range) -> tuple[int, int]:
        """Make both ends of a range ends of intervals; gives the indices of those inside."""
        return self._split(span.start), self._split(span.stop)

    def _split(self, point: int) -> int:
        index = bisect_left(self.starts, point)
        if index == len(self.starts) or self.starts[index] != point:
            self.starts.insert(index, point)
            self.holdings.insert(index, self.holdings[index - 1])
        return index
