"""Which of many ranges meet a given one: a sweep over sorted ends, with sets as integer bitsets."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Sweep:
    """A fixed family of half-open ranges, one a bit.

    A range meets [low, high) if it starts before `high` and does not end by `low`: the union of all that start
    before a point, and of all that end by one, are prefixes of two sorted lists. So n ranges cost n unions, and a
    question two searches, however many ranges overlap.
    """

    def __init__(self, ranges: Iterable[tuple[int, int, int]]) -> None:
        """`ranges` are (low, high, bit)."""
        known = list(ranges)
        self._starts, self._started = _prefixes((low, bit) for low, _, bit in known)
        self._ends, self._ended = _prefixes((high, bit) for _, high, bit in known)

    def meeting(self, low: int, high: int) -> int:
        """The set of ranges that share a point with [low, high)."""
        return self._started[bisect_left(self._starts, high)] & ~self._ended[bisect_right(self._ends, low)]


def _prefixes(points: Iterable[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """The distinct points in order, and before each and after the last the set of all bits so far."""
    at: dict[int, int] = {}
    for point, bit in points:
        at[point] = at.get(point, 0) | 1 << bit
    ordered = sorted(at)
    sets = [0]
    for point in ordered:
        sets.append(sets[-1] | at[point])
    return ordered, sets
