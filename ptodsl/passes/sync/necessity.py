"""Taking away items that are not needed."""

from __future__ import annotations

from collections.abc import Iterable

from ptodsl.passes.sync.items import BackEdge, Item
from ptodsl.passes.sync.regions import Loop, Region
from ptodsl.passes.sync.remedies import by_price
from ptodsl.passes.sync.walk import State, Walk


def take_away(walk: Walk, loop: Loop, items: Iterable[Item]) -> None:
    """Take away each item of a loop's body without which the loop is ordered too. It is ordered as it is."""
    states = walk.states(loop.body, loop)
    for item in by_price(items):
        walk.schedule.remove(item)
        if _is_missed(walk, item, states) or not walk.is_ordered_alone(loop):
            walk.schedule.add(item)


def prune(walk: Walk) -> None:
    """Take away each item without which the kernel is ordered too. It is ordered as it is."""
    body = walk.schedule.kernel.body
    kernel = walk.states(body, None)
    states: dict[Region, list[State]] = {}
    for item in by_price(walk.schedule.items.values()):
        if item.region not in states:
            states[item.region] = walk.states(item.region, walk.schedule.kernel.owners.get(item.region))
        walk.schedule.remove(item)
        if _is_missed(walk, item, states[item.region]) or not _is_ordered(walk, item, kernel):
            walk.schedule.add(item)
        else:
            kernel = walk.states(body, None)


def _is_missed(walk: Walk, item: Item, states: list[State]) -> bool:
    """Whether its region, walked on from the sink, shows that an item is needed; if not, it may be needed all the same.

    The states are those with the item, so the walk finds less than there is.
    """
    if isinstance(item, BackEdge) and item.adjacent:
        return False
    state = states[item.sink].copy()
    for index in range(item.sink, len(item.region.elements)):
        found, state = walk.attempt(item.region, index, state)
        if found:
            return True
        walk.apply(walk.schedule.behind(item.region, index), state)
        if state.open == states[index + 1].open:
            return False
    return False


def _is_ordered(walk: Walk, item: Item, states: list[State]) -> bool:
    """Whether the kernel reports nothing from an item's first wait on: to its end, or until its state is as before."""
    body = walk.schedule.kernel.body
    first = body.index_of(item.region.starts[item.sink])
    state = states[first].copy()
    state.tokens.pop(item.key, None)
    for index in range(first, len(body.elements)):
        found, state = walk.attempt(body, index, state)
        if found:
            return False
        walk.apply(walk.schedule.behind(body, index), state)
        if state == states[index + 1]:
            return True
    return True
