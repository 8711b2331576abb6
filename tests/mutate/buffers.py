"""The buffers of a placed kernel: tiles that are one another's bytes by what statements mean, and when each is live."""

from __future__ import annotations

from dataclasses import dataclass

from ptodsl.ir.hardware import Memory
from ptodsl.ir.liveness import Range, intersect, live_ranges, merged
from ptodsl.ir.nodes import Function, Value
from ptodsl.ir.rewrite import values_of
from ptodsl.ir.tiles import is_tile, tile_type
from ptodsl.passes.disjoint import DisjointSets
from ptodsl.passes.joins import joins


@dataclass(frozen=True, eq=False)
class Buffer:
    """Tiles that move together, the bytes from the first of any of them to the last, and when any is live."""

    tiles: tuple[Value, ...]
    memory: Memory
    start: int
    stop: int
    live: list[Range]

    @property
    def name(self) -> str:
        """The name of its first tile."""
        return f"{self.tiles[0].name} at {self.memory.value} 0x{self.start:x}"

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.stop - self.start

    def meets(self, start: int, stop: int) -> bool:
        """Whether it has a byte of a range."""
        return start < self.stop and self.start < stop

    def is_live_with(self, other: Buffer) -> bool:
        """Whether both are needed at some point."""
        return intersect(self.live, other.live)


def buffers_of(function: Function) -> list[Buffer]:
    """The buffers of a kernel, in the order of their first definitions. Results that took over bytes are their own."""
    sets = DisjointSets()
    sets.add_all(value for value in values_of(function) if is_tile(value))
    for join in joins(function.body):
        sets.join(join.source, join.target)
    live = live_ranges(function).of
    return [_buffer(tuple(sets.members(leader)), live) for leader in sets.leaders()]


def _buffer(tiles: tuple[Value, ...], live: dict[Value, list[Range]]) -> Buffer:
    types = [tile_type(tile) for tile in tiles]
    starts = [type_.offset for type_ in types if type_.offset is not None]
    assert len(starts) == len(types)
    memory = types[0].memory
    assert memory is not None
    stop = max(start + type_.nbytes for start, type_ in zip(starts, types, strict=True))
    ranges = merged(one for tile in tiles for one in live.get(tile, ()))
    return Buffer(tiles, memory, min(starts), stop, ranges)
