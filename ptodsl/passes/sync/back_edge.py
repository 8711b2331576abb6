"""Step 2: hazards between one iteration of a loop and the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ptodsl.ir.hardware import Pipe
from ptodsl.passes.sync.items import BackEdge, Flags, Forward, Item
from ptodsl.passes.sync.necessity import take_away
from ptodsl.passes.sync.regions import Loop
from ptodsl.passes.sync.remedies import remedies
from ptodsl.passes.sync.walk import Walk


def order_back_edge(walk: Walk, loop: Loop) -> None:
    """Place what orders the iterations of a loop whose body is ordered in itself.

    Barriers stand only where no pair of flags orders a pipe with itself; they may make others in the body needless.
    """
    schedule = walk.schedule
    before = [item for item in schedule.items.values() if item.region is loop.body]
    pairs = [item for item in _candidates(walk, loop) if isinstance(item, BackEdge)]
    schedule.add_all(pairs)
    others = _candidates(walk, loop)
    schedule.add_all(others)
    take_away(walk, loop, (*pairs, *others))
    if any(item.key in schedule.items for item in others):
        take_away(walk, loop, before)


def _candidates(walk: Walk, loop: Loop) -> list[Item]:
    return [item for wished in _wished(walk, loop) for item in remedies(walk.schedule, walk.hazards.core, wished)]


def _wished(walk: Walk, loop: Loop) -> Iterator[Flags]:
    """One pair for each hazard, without those that another makes superfluous.

    A source that stands before its sink is ordered by a pair within the iteration, which orders all earlier ones too.
    """
    back: dict[tuple[int, int], list[BackEdge]] = defaultdict(list)
    for sink, target, waits in _hazards(walk, loop):
        behind = waits >> loop.body.starts[sink] << loop.body.starts[sink]
        for source, instructions in enumerate(walk.hazards.on_pipe):
            pair = (walk.hazards.pipes[source], walk.hazards.pipes[target])
            if last := behind & instructions:
                back[source, target].append(_back_edge(walk, loop, pair, last, sink))
            if last := waits & ~behind & instructions:
                index = loop.body.index_of(last.bit_length() - 1)
                yield Forward(walk.schedule.new_key(), pair, loop.body, index, sink)
    for items in back.values():
        yield from (item for item in items if not any(_dominates(other, item) for other in items))


def _back_edge(walk: Walk, loop: Loop, pair: tuple[Pipe, Pipe], sources: int, sink: int) -> BackEdge:
    """The pair after the last of the sources."""
    schedule = walk.schedule
    index = loop.body.index_of(sources.bit_length() - 1)
    return BackEdge(schedule.new_key(), pair, loop, index, sink, home=schedule.kernel.outermost[loop])


def _dominates(item: BackEdge, other: BackEdge) -> bool:
    """Whether one pair orders all that another does: it is set no earlier and waited for no later."""
    if item is other:
        return False
    return item.source >= other.source and item.sink <= other.sink


def _hazards(walk: Walk, loop: Loop) -> Iterator[tuple[int, int, int]]:
    """Each element with hazards, the position of a pipe of it, and the instructions that pipe must wait for."""
    waits: dict[tuple[int, int], int] = defaultdict(int)
    for number, sources in walk.alone(loop).items():
        waits[loop.body.index_of(number), walk.hazards.pipe_of[number]] |= sources
    for (sink, target), sources in sorted(waits.items()):
        yield sink, target, sources
