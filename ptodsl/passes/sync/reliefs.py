"""What gives way where a pair of pipes has no event id left: the step that costs least first."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

from ptodsl.errors import InternalError
from ptodsl.passes.sync.items import BackEdge, Flags, Forward
from ptodsl.passes.sync.schedule import Schedule


class Step(enum.Enum):
    """What is done, in the order of preference; the value is how a note says it."""

    UNHOIST = "its token is set before and waited for after the inner loop"
    MERGE = "merged with another pair"
    SHORTEN = "set and wait stand together before the sink"
    END = "set and wait stand together at the end of the loop's body"


@dataclass(frozen=True)
class Relief:
    """One change: the items that it took away, and the one that stands in their place."""

    step: Step
    before: tuple[Flags, ...]
    after: Flags


Free = Callable[[Flags], "int | None"]


def relieve(schedule: Schedule, item: Flags, busy: list[Flags], free: Free) -> Relief:
    """The first change, in the order of steps, that makes an id free for `item`, or lets it do with one that is.

    Where no single change does, the first that is possible at all: each can be done only so often.
    """
    changes = [*_changes(schedule, [*busy, item])]
    for change in changes:
        if change.step is Step.MERGE or _helps(schedule, item, change, free):
            return change
    if not changes:
        raise InternalError(f"no event id is left for {item.pair[0].value} to {item.pair[1].value}")
    return changes[0]


def _helps(schedule: Schedule, item: Flags, change: Relief, free: Free) -> bool:
    """Whether the changed item leaves its id to the one that needs it, or is that one and finds an id."""
    if item in change.before:
        return free(change.after) is not None
    return not schedule.overlap(change.after, item)


def _changes(schedule: Schedule, items: list[Flags]) -> Iterator[Relief]:
    """All that can be done about some items, in the order of steps."""
    for item in items:
        if isinstance(item, BackEdge) and not item.adjacent and item.home is not item.loop:
            yield Relief(Step.UNHOIST, (item,), replace(item, key=schedule.new_key(), home=item.loop))
    mergeable = [pair for pair in combinations(items, 2) if _can_merge(*pair)]
    if mergeable:
        yield _merged(schedule, *min(mergeable, key=_cost))
    for item in items:
        if isinstance(item, Forward) and not item.adjacent:
            yield Relief(Step.SHORTEN, (item,), replace(item, key=schedule.new_key(), adjacent=True))
    for item in items:
        if isinstance(item, BackEdge) and not item.adjacent:
            yield Relief(Step.END, (item,), replace(item, key=schedule.new_key(), adjacent=True))


def _can_merge(first: Flags, second: Flags) -> bool:
    """Whether one pair can stand for two: set with the later and waited for with the earlier of them."""
    if first.adjacent or second.adjacent or first.region is not second.region:
        return False
    match first, second:
        case Forward(), Forward():
            return max(first.source, second.source) < min(first.sink, second.sink)
        case BackEdge(), BackEdge():
            return first.home is second.home
        case _:
            return False


def _merged(schedule: Schedule, first: Flags, second: Flags) -> Relief:
    source, sink = max(first.source, second.source), min(first.sink, second.sink)
    after = replace(first, key=schedule.new_key(), source=source, sink=sink)
    return Relief(Step.MERGE, (first, second), after)


def _cost(pair: tuple[Flags, Flags]) -> int:
    """How many instructions lie between the two sets, and between the two waits."""
    first, second = pair
    starts = first.region.starts
    return abs(starts[first.source] - starts[second.source]) + abs(starts[first.sink] - starts[second.sink])
