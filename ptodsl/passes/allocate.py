"""The pass that gives every tile an offset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ptodsl.errors import Diagnostic
from ptodsl.errors.memory import MemoryFragmented, MemoryOverflow
from ptodsl.ir.hardware import Memory
from ptodsl.ir.naming import unique_names
from ptodsl.ir.nodes import Function, Program, Value
from ptodsl.ir.rewrite import retyped
from ptodsl.ir.tiles import tile_type
from ptodsl.ir.types import Type
from ptodsl.machine import Architecture
from ptodsl.memory_map import map_row, map_text
from ptodsl.passes.base import over_kernels
from ptodsl.passes.buffers import Buffers
from ptodsl.passes.copies import separated
from ptodsl.passes.packing import Item, Unplaced, heaviest_point, packed


@dataclass(frozen=True)
class Allocate:
    """Every tile of a kernel gets an offset in its memory; tiles that are never live together may share bytes.

    Needs: a memory, a physical shape and a layout in every tile type.
    Gives: an offset in every tile type; the same one for all tiles of a buffer (a slice: inside it); copies where the
    bytes of a buffer would have to hold two contents at once.
    Raises: E0421 to E0423.
    """

    name: ClassVar[str] = "allocate"

    def run(self, program: Program, architecture: Architecture) -> Program:
        """The program, its kernels placed."""
        return over_kernels(program, lambda function, mistakes: _allocate(function, architecture, mistakes))


def _allocate(function: Function, architecture: Architecture, mistakes: list[Diagnostic]) -> Function:
    buffers = separated(function, architecture, mistakes)
    offsets: dict[Value, int] = {}
    for memory, items in _items(buffers).items():
        placed = packed(items, architecture.memories[memory])
        if isinstance(placed, Unplaced):
            mistakes.append(_overflow(placed, items, memory, architecture, buffers))
        else:
            offsets.update(placed)
    types: dict[Value, Type] = {
        value: tile_type(value).at(offset + buffers.views.offset[value])
        for leader, offset in offsets.items()
        for value in buffers.sets.members(leader)
    }
    return retyped(buffers.function, types)


def _items(buffers: Buffers) -> dict[Memory, list[Item]]:
    """The buffers of each memory, in the order in which they become live."""
    items: dict[Memory, list[Item]] = {}
    for leader in buffers.sets.leaders():
        memory = tile_type(leader).memory
        assert memory is not None
        items.setdefault(memory, []).append(Item(leader, buffers.sizes[leader], buffers.ranges[leader]))
    return {memory: sorted(found, key=lambda item: item.start) for memory, found in items.items()}


def _overflow(
    unplaced: Unplaced, items: list[Item], memory: Memory, architecture: Architecture, buffers: Buffers
) -> Diagnostic:
    """The mistake of tiles that do not fit, with the table of those that are live at the worst point."""
    capacity = architecture.memories[memory].capacity
    point, live = heaviest_point(items)
    needed = sum(item.size for item in live)
    if needed > capacity:
        table = _table(live, buffers)
        return MemoryOverflow(
            buffers.live.at(point).span,
            memory=memory.label,
            kernel=buffers.function.name,
            needed=needed,
            capacity=capacity,
            table=table,
        )
    item = unplaced.item
    together = [other for other in items if any(start <= item.start <= end for start, end in other.ranges)]
    return MemoryFragmented(
        item.leader.span,
        memory=memory.label,
        kernel=buffers.function.name,
        name=unique_names(buffers.function)[item.leader],
        needed=item.size,
        capacity=capacity,
        table=_table(together, buffers),
    )


def _table(items: list[Item], buffers: Buffers) -> str:
    names = unique_names(buffers.function)
    return map_text(
        map_row(
            buffers.function.name,
            item.leader,
            names[item.leader],
            item.size,
            buffers.live.at(item.end).span,
        )
        for item in sorted(items, key=lambda item: -item.size)
    )
