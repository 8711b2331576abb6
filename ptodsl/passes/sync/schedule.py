"""The items placed so far, and the statements that stand for them in each gap between two elements."""

from __future__ import annotations

import enum
from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import NamedTuple

from typing_extensions import assert_never

from ptodsl.passes.sync.items import BackEdge, Barrier, Flags, Forward, Item
from ptodsl.passes.sync.regions import Kernel, Loop, Region


class Rank(enum.IntEnum):
    """The order of statements in a gap."""

    SET = 0
    """Behind the element before the gap."""
    DRAIN = 1
    """Behind a loop before the gap."""
    BARRIER = 2
    """Before the element after the gap."""
    WAIT = 3
    """Before the element after the gap."""
    ADJACENT = 4
    """A set and its wait: before the element after the gap, or at the end of the region."""
    PRIME = 5
    """Before a loop after the gap."""


class Action(enum.IntEnum):
    """What a statement does; of an adjacent pair the set comes first."""

    BARRIER = 0
    SET = 1
    WAIT = 2


class Anchor(NamedTuple):
    """A side of an element of a region; before the element past the last: the region's end."""

    region: Region
    element: int
    behind: bool = False

    def position(self, rank: Rank, key: int, action: Action) -> Position:
        """Where a statement here stands in printed order.

        Of what stands between two instructions, ends come first, the inner ones before those around them, then starts,
        the outer ones before those inside.
        """
        depth, at_end = self.region.depth, self.element == len(self.region.elements)
        starts = not self.behind and not at_end
        nesting = depth if starts else int(at_end and not self.behind) - 2 * depth
        return (self.region.starts[self.element + self.behind], starts, nesting, rank, key, action)


Position = tuple[int, int, int, int, int, int]
"""The number of the next instruction, end or start, nesting, rank, key, action: ordered as the statements print."""


class Mark(NamedTuple):
    """One statement of an item; marks are ordered by position, and no two share one."""

    position: Position
    action: Action
    item: Item


class Schedule:
    """The items of a kernel by key, and their statements by the gap in which they stand."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.items: dict[int, Item] = {}
        self._intervals: dict[Item, tuple[Position, Position]] = {}
        self._marks: dict[Item, list[tuple[list[Mark], Mark]]] = {}
        self._before: dict[tuple[Region, int], list[Mark]] = {}
        self._behind: dict[tuple[Region, int], list[Mark]] = {}
        self._keys = count()

    def new_key(self) -> int:
        """A number that no item has."""
        return next(self._keys)

    def add(self, item: Item) -> None:
        """Place an item."""
        self.items[item.key] = item
        for gap, mark in self._marks_of(item):
            insort(gap, mark)

    def add_all(self, items: Iterable[Item]) -> None:
        """Place some items."""
        for item in items:
            self.add(item)

    def remove(self, item: Item) -> None:
        """Take an item away."""
        del self.items[item.key]
        for gap, mark in self._marks_of(item):
            gap.remove(mark)

    def replace(self, old: Iterable[Item], new: Item) -> None:
        """Place an item in place of others."""
        for item in old:
            self.remove(item)
        self.add(new)

    def before(self, region: Region, index: int) -> Sequence[Mark]:
        """The statements before an element, in order; those at the region's end for the index past the last."""
        return self._before.get((region, index), ())

    def behind(self, region: Region, index: int) -> Sequence[Mark]:
        """The statements behind an element, in order."""
        return self._behind.get((region, index), ())

    def interval(self, item: Item) -> tuple[Position, Position]:
        """From the first statement of an item to its last: from first set to last wait it holds an event id."""
        if item not in self._intervals:
            positions = [mark.position for _, mark in self._marks_of(item)]
            self._intervals[item] = min(positions), max(positions)
        return self._intervals[item]

    def overlap(self, item: Item, other: Item) -> bool:
        """Whether two items hold an event id at the same time."""
        (start, stop), (other_start, other_stop) = self.interval(item), self.interval(other)
        return start < other_stop and other_start < stop

    def printed(self) -> list[Item]:
        """All items in the order of their first statements."""
        return sorted(self.items.values(), key=lambda item: self.interval(item)[0])

    def pending(self, region: Region, owner: Loop | None) -> Iterator[BackEdge]:
        """The pairs with a token pending where a region starts; `owner` is the loop whose body it is."""
        inside = set(region.loops)
        for item in self.items.values():
            if (
                isinstance(item, BackEdge)
                and not item.adjacent
                and item.home not in inside
                and (item.loop is owner or item.loop in inside)
            ):
                yield item

    def _marks_of(self, item: Item) -> list[tuple[list[Mark], Mark]]:
        """The statements of an item, each with the gap that it stands in."""
        if item not in self._marks:
            self._marks[item] = [
                (self._gap(anchor), Mark(anchor.position(rank, item.key, action), action, item))
                for anchor, rank, action in self._statements(item)
            ]
        return self._marks[item]

    def _gap(self, anchor: Anchor) -> list[Mark]:
        gaps = self._behind if anchor.behind else self._before
        return gaps.setdefault((anchor.region, anchor.element), [])

    def _statements(self, item: Item) -> Iterator[tuple[Anchor, Rank, Action]]:
        match item:
            case Barrier():
                yield Anchor(item.region, item.sink), Rank.BARRIER, Action.BARRIER
            case Forward(adjacent=True):
                yield from _adjacent(Anchor(item.region, item.sink))
            case Forward():
                yield from _apart(item, item.region)
            case BackEdge(adjacent=True):
                body = item.loop.body
                yield from _adjacent(Anchor(body, len(body.elements)))
            case BackEdge():
                home = self.kernel.places[item.home]
                yield Anchor(home.region, home.index), Rank.PRIME, Action.SET
                yield from _apart(item, item.loop.body)
                yield Anchor(home.region, home.index, behind=True), Rank.DRAIN, Action.WAIT
            case _:
                assert_never(item)


def _adjacent(anchor: Anchor) -> Iterator[tuple[Anchor, Rank, Action]]:
    yield anchor, Rank.ADJACENT, Action.SET
    yield anchor, Rank.ADJACENT, Action.WAIT


def _apart(item: Flags, region: Region) -> Iterator[tuple[Anchor, Rank, Action]]:
    yield Anchor(region, item.source, behind=True), Rank.SET, Action.SET
    yield Anchor(region, item.sink), Rank.WAIT, Action.WAIT
