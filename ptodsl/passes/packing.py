"""Offsets for buffers in one memory: first fit among those that are live together."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ptodsl.ir.liveness import Range, intersect
from ptodsl.ir.nodes import Value
from ptodsl.machine import MemorySpec
from ptodsl.passes.layouts import rounded_up


@dataclass(frozen=True, eq=False)
class Item:
    """A buffer to place: its bytes, and when they are live."""

    leader: Value
    size: int
    ranges: list[Range]

    @property
    def start(self) -> int:
        """The first point at which it is live."""
        return self.ranges[0][0]

    @property
    def end(self) -> int:
        """The last point at which it is live."""
        return self.ranges[-1][1]


@dataclass(frozen=True)
class Unplaced:
    """The first buffer for which no gap was left."""

    item: Item


ATTEMPTS = 100
"""Orders to try before a memory is given up."""


def packed(items: Sequence[Item], spec: MemorySpec) -> dict[Value, int] | Unplaced:
    """An offset for each item, given in the order of their starts.

    Bytes are used again as late as there is room, since whoever takes over bytes must wait for those who had them.
    Where that does not fit they are used again as soon as possible; then the largest go first; and as long as an item
    finds no gap, it goes first of all.
    """
    rolling = _in_order(items, spec, rolling=True)
    offsets = _in_order(items, spec, rolling=False) if isinstance(rolling, Unplaced) else rolling
    if not isinstance(offsets, Unplaced):
        return offsets
    order = sorted(items, key=lambda item: -item.size)
    for _ in range(ATTEMPTS):
        found = _first_fit(order, spec)
        if not isinstance(found, Unplaced):
            return found
        order.remove(found.item)
        order.insert(0, found.item)
    return offsets


@dataclass(frozen=True, order=True)
class Placed:
    """An item with the first byte that it takes, and the one behind its last."""

    start: int
    stop: int
    item: Item = field(compare=False)


def _placed(item: Item, taken: Iterable[Placed], spec: MemorySpec, start: int = 0) -> Placed | None:
    """An item at the lowest offset from `start` clear of all that is live with it; `taken` is in order of offsets."""
    offset = start
    for other in taken:
        if offset + item.size <= other.start:
            break
        if other.stop > offset and intersect(other.item.ranges, item.ranges):
            offset = rounded_up(other.stop, spec.alignment)
    return Placed(offset, offset + item.size, item) if offset + item.size <= spec.capacity else None


def _in_order(items: Iterable[Item], spec: MemorySpec, *, rolling: bool) -> dict[Value, int] | Unplaced:
    """First fit in the order of starts: what has died by then need not be looked at again.

    `rolling`: the search goes on behind the item before, and from 0 again at the end of the memory.
    """
    offsets: dict[Value, int] = {}
    active: list[Placed] = []
    start = 0
    for item in items:
        active = [other for other in active if other.item.end >= item.start]
        placed = _placed(item, active, spec, start) or _placed(item, active, spec)
        if placed is None:
            return Unplaced(item)
        insort(active, placed)
        offsets[item.leader] = placed.start
        start = rounded_up(placed.stop, spec.alignment) if rolling else 0
    return offsets


def _first_fit(items: Iterable[Item], spec: MemorySpec) -> dict[Value, int] | Unplaced:
    """First fit in any order."""
    offsets: dict[Value, int] = {}
    taken: list[Placed] = []
    for item in items:
        placed = _placed(item, taken, spec)
        if placed is None:
            return Unplaced(item)
        insort(taken, placed)
        offsets[item.leader] = placed.start
    return offsets


def heaviest_point(items: Sequence[Item]) -> tuple[int, list[Item]]:
    """The first point at which most bytes are live, and the items that are."""
    events = sorted(
        event for item in items for start, end in item.ranges for event in ((start, item.size), (end + 1, -item.size))
    )
    most = load = best = 0
    for point, change in events:
        load += change
        if load > most:
            most, best = load, point
    return best, [item for item in items if any(start <= best <= end for start, end in item.ranges)]
