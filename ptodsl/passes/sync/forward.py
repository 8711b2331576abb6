"""Step 1: hazards between the elements of a region, each executed once."""

from __future__ import annotations

from collections.abc import Iterator

from ptodsl.passes.sync.items import Forward, Item
from ptodsl.passes.sync.regions import Loop, Region
from ptodsl.passes.sync.remedies import by_price, remedies
from ptodsl.passes.sync.walk import State, Walk


def order_forward(walk: Walk, region: Region, owner: Loop | None) -> None:
    """Place what orders the elements of a region whose nested regions are ordered; `owner` is the loop it is of."""
    _Forward(walk, region).order(walk.start(region, owner))


class _Forward:
    """A region walked once, with what was open behind each of its elements."""

    def __init__(self, walk: Walk, region: Region) -> None:
        self._walk = walk
        self._region = region
        self._open: list[list[int]] = []

    def order(self, state: State) -> None:
        """Walk the region; before each element place what it lacks."""
        for index in range(len(self._region.elements)):
            waits, after = self._attempt(index, state)
            if any(waits):
                self._order_element(index, state, waits)
                _, after = self._attempt(index, state)
            state = after
            self._open.append(state.open.copy())
            self._walk.apply(self._walk.schedule.behind(self._region, index), state)

    def _attempt(self, index: int, state: State) -> tuple[list[int], State]:
        """What each pipe must wait for of earlier elements (empty: nothing) in an element, and the state behind it."""
        found, after = self._walk.attempt(self._region, index, state)
        if not found:
            return [], after
        waits = [0] * len(state.open)
        earlier = self._region.between(0, index)
        for number, sources in found.items():
            waits[self._walk.hazards.pipe_of[number]] |= sources & earlier
        return waits, after

    def _order_element(self, index: int, state: State, waits: list[int]) -> None:
        """Place all that may help before an element, then take away what it can do without."""
        schedule = self._walk.schedule
        candidates = list(self._candidates(index, waits))
        schedule.add_all(candidates)
        for item in candidates:
            if isinstance(item, Forward) and not item.adjacent:
                state.tokens[item.key] = self._token(item)
        if len(candidates) == 1:
            return
        for item in by_price(candidates):
            schedule.remove(item)
            without, _ = self._attempt(index, state)
            if any(without):
                schedule.add(item)
            else:
                state.tokens.pop(item.key, None)

    def _candidates(self, index: int, waits: list[int]) -> Iterator[Item]:
        """For each pair of pipes with a hazard, what orders its last source before the element."""
        hazards, schedule = self._walk.hazards, self._walk.schedule
        for target, sources in enumerate(waits):
            for source, instructions in enumerate(hazards.on_pipe):
                if sources & instructions:
                    last = self._region.index_of((sources & instructions).bit_length() - 1)
                    pair = (hazards.pipes[source], hazards.pipes[target])
                    wished = Forward(schedule.new_key(), pair, self._region, last, index)
                    yield from remedies(schedule, hazards.core, wished)

    def _token(self, item: Forward) -> int:
        """What the token of a new pair does not cover when its sink comes: what was open, and what came since."""
        position = self._walk.hazards.position[item.pair[0]]
        uncovered = self._open[item.source][position] & ~self._walk.hazards.on_pipe[position]
        return uncovered | self._region.between(item.source + 1, item.sink)
