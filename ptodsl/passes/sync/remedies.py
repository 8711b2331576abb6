"""What orders one pipe after another, or after itself, on a core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from typing_extensions import assert_never

from ptodsl.ir.hardware import Pipe
from ptodsl.machine import CoreSpec
from ptodsl.passes.sync.items import BackEdge, Barrier, Flags, Forward, Item
from ptodsl.passes.sync.schedule import Schedule


def remedies(schedule: Schedule, core: CoreSpec, wished: Flags) -> Iterator[Item]:
    """The items that order the two pipes of a pair, which may be one, before the sink: the first that the core can.

    One pipe: a barrier, else a round trip over another pipe. Two pipes: the pair. Else all pipes wait for all.
    """
    source, target = wished.pair
    if source is target and source in core.barriers:
        yield Barrier(wished.key, source, wished.region, wished.sink)
    elif source is target and (detour := _detour(core, source)) is not None:
        for leg in ((source, detour), (detour, source)):
            yield Forward(schedule.new_key(), leg, wished.region, wished.sink, wished.sink, adjacent=True)
    elif wished.pair in core.pairs:
        yield wished
    else:
        yield Barrier(wished.key, Pipe.ALL, wished.region, wished.sink)


def _detour(core: CoreSpec, pipe: Pipe) -> Pipe | None:
    """A pipe with flags both ways; S, whose waits stop all issue, only where there is no other."""
    others = [other for other in Pipe if (pipe, other) in core.pairs and (other, pipe) in core.pairs]
    return min(others, key=lambda other: other is Pipe.S, default=None)


def by_price(items: Iterable[Item]) -> list[Item]:
    """The items in the order in which to try to do without them: what stops most first, then what waits longest."""
    return sorted(items, key=_price)


def _price(item: Item) -> tuple[int, int]:
    match item:
        case Barrier():
            return (0 if item.pipe is Pipe.ALL else 1, 0)
        case Forward() | BackEdge():
            return (2 if item.adjacent else 3, item.source)
        case _:
            assert_never(item)
