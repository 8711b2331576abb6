"""Step 3: an event id for each pair of flags, and what gives way where a pair of pipes has none left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from ptodsl.machine import Architecture, Pair
from ptodsl.passes.sync.items import Barrier, Flags
from ptodsl.passes.sync.reliefs import Relief, relieve
from ptodsl.passes.sync.schedule import Position, Schedule


@dataclass(frozen=True)
class Assignment:
    """The event id of each pair of flags by its key, and what was changed so that there is one for each."""

    events: dict[int, int]
    reliefs: tuple[Relief, ...]


def assign_events(schedule: Schedule, architecture: Architecture) -> Assignment:
    """Give every pair of flags in the schedule an id, changing pairs where ids run out.

    An id is busy from the first set to the last wait in printed order. One id for each pair of pipes is always enough,
    so this ends.
    """
    by_pair: dict[Pair, list[Flags]] = defaultdict(list)
    for item in schedule.items.values():
        if not isinstance(item, Barrier):
            by_pair[item.pair].append(item)
    events: dict[int, int] = {}
    reliefs: list[Relief] = []
    for pair, items in by_pair.items():
        ids = _Ids(schedule, range(architecture.first_event(pair), architecture.events))
        reliefs.extend(ids.assign(items))
        events.update(ids.events)
    return Assignment(events, tuple(reliefs))


class _Ids:
    """The ids of one pair of pipes, given out round robin in printed order."""

    def __init__(self, schedule: Schedule, ids: range) -> None:
        self.events: dict[int, int] = {}
        self._schedule = schedule
        self._ids = ids
        self._next = 0
        self._busy: dict[int, list[Flags]] = {event: [] for event in ids}
        self._waiting: list[tuple[Position, Flags]] = []

    def assign(self, items: list[Flags]) -> Iterator[Relief]:
        """Give each item an id; yields what had to be changed."""
        self._waiting = [(self._schedule.interval(item)[0], item) for item in items]
        heapify(self._waiting)
        while self._waiting:
            position, item = heappop(self._waiting)
            self._release(position)
            event = self._free(item)
            if event is None:
                yield self._relieve(position, item)
            else:
                self._take(event, item)
                self._next = self._ids.index(event) + 1

    def _take(self, event: int, item: Flags) -> None:
        self.events[item.key] = event
        self._busy[event].append(item)

    def _release(self, position: Position) -> None:
        """Forget the items that end before a position: no later one starts there."""
        for event, items in self._busy.items():
            self._busy[event] = [item for item in items if self._schedule.interval(item)[1] > position]

    def _free(self, item: Flags) -> int | None:
        """The next id in turn that is not busy while an item needs one."""
        count = len(self._ids)
        turns = (self._ids[(self._next + turn) % count] for turn in range(count))
        return next((event for event in turns if not self._collides(item, event)), None)

    def _collides(self, item: Flags, event: int) -> bool:
        return any(self._schedule.overlap(item, other) for other in self._busy[event])

    def _relieve(self, position: Position, item: Flags) -> Relief:
        """Change an item that is busy now, or the one that found no id, and try on."""
        busy = [other for items in self._busy.values() for other in items]
        relief = relieve(self._schedule, item, busy, self._free)
        self._schedule.replace(relief.before, relief.after)
        event = self._forget(relief.before)
        if item not in relief.before:
            heappush(self._waiting, (position, item))
        start, _ = self._schedule.interval(relief.after)
        if event is None or start > position:
            heappush(self._waiting, (start, relief.after))
        else:
            self._take(event, relief.after)
        return relief

    def _forget(self, items: tuple[Flags, ...]) -> int | None:
        """Take back the ids of items; one of them."""
        taken = [self.events.pop(item.key) for item in items if item.key in self.events]
        for event in taken:
            self._busy[event] = [item for item in self._busy[event] if item not in items]
        return taken[-1] if taken else None
