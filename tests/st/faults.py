"""Faults planted in the text of a placed and ordered kernel, each of which a verifier must find.

A fault is a function from the lines of a kernel to variants of them, one for each place that it can be planted at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from ptodsl.ir.dtypes import DTYPES
from ptodsl.ir.hardware import Memory
from ptodsl.machine import Architecture
from ptodsl.ops.row import Effect
from ptodsl.ops.table import ROWS

Lines: TypeAlias = list[str]
Fault: TypeAlias = Callable[[Lines, Architecture], Iterator[Lines]]

_FLAG = re.compile(r"( *)(set|wait)_flag (\w+), (\w+), (\d+) pair=(\d+)")
_BARRIER = re.compile(r"( *)pipe_barrier (\w+)( pair=\d+)?$")
_DEFINITION = re.compile(r"( *)%([\w.]+) = (\w+) (.*) : (tile<.*>)$")
_TILE = re.compile(r"tile<(\d+)x(\d+)x(\w+)(?: in (\d+)x(\d+))?, (\w+), .*@0x([0-9a-f]+)>")
_ADDRESS = re.compile(r"@0x[0-9a-f]+>")
_OPERAND = re.compile(r"%([\w.]+)")


@dataclass(frozen=True)
class Flag:
    """A flag statement: where it stands and what it says."""

    line: int
    depth: int
    kind: str
    source: str
    target: str
    event: int
    item: int


@dataclass(frozen=True)
class Definition:
    """A tile's definition: the line, the op, its operands' names, and the bytes that the tile takes."""

    line: int
    name: str
    op: str
    operands: tuple[str, ...]
    memory: str
    start: int
    size: int


def flags(lines: Lines) -> list[Flag]:
    """The flag statements of placed items, in order."""
    found = [(index, match) for index, line in enumerate(lines) if (match := _FLAG.match(line))]
    return [Flag(index, len(m[1]), m[2], m[3], m[4], int(m[5]), int(m[6])) for index, m in found]


def items(lines: Lines) -> dict[int, list[Flag]]:
    """The flag statements of each item."""
    grouped: dict[int, list[Flag]] = {}
    for flag in flags(lines):
        grouped.setdefault(flag.item, []).append(flag)
    return grouped


def definitions(lines: Lines) -> dict[str, Definition]:
    """The tiles that ops define, by name."""
    found: dict[str, Definition] = {}
    for index, line in enumerate(lines):
        match = _DEFINITION.match(line)
        tile = _TILE.match(match[5]) if match else None
        if match is None or tile is None:
            continue
        rows, columns, dtype, tall, wide, memory, start = tile.groups()
        size = int(tall or rows) * int(wide or columns) * DTYPES[dtype].size
        operands = tuple(_OPERAND.findall(match[4]))
        found[match[2]] = Definition(index, match[2], match[3], operands, memory, int(start, 16), size)
    return found


def without(lines: Lines, *dropped: int) -> Lines:
    """The lines but some."""
    return [line for index, line in enumerate(lines) if index not in dropped]


def moved(lines: Lines, line: int, to: int) -> Lines:
    """A line moved in front of another one."""
    rest = without(lines, line)
    return [*rest[: to - (line < to)], lines[line], *rest[to - (line < to) :]]


def at(lines: Lines, definition: Definition, start: int) -> Lines:
    """A tile defined at another address."""
    return changed(lines, definition.line, _ADDRESS.sub(f"@0x{start:x}>", lines[definition.line]))


def changed(lines: Lines, line: int, text: str) -> Lines:
    """One line replaced."""
    return [*lines[:line], text, *lines[line + 1 :]]


def _block(lines: Lines, line: int) -> range:
    """The lines of the block that a line stands in, up to its `yield`, `return` or last barrier."""
    depth = _depth(lines[line])
    start = next(index for index in range(line, -1, -1) if _depth(lines[index]) < depth) + 1
    ends = (index for index in range(line, len(lines)) if _depth(lines[index]) < depth or _ends_block(lines[index]))
    return range(start, next(ends))


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _ends_block(line: str) -> bool:
    return line.lstrip().startswith(("yield ", "return", "pipe_barrier all"))


def _straight(lines: Lines) -> Iterator[tuple[Flag, Flag]]:
    """The set and the wait of each item that has one of each, in one block."""
    for item in items(lines).values():
        if len(item) == 2 and item[1].line in _block(lines, item[0].line) and item[0].depth == item[1].depth:
            yield item[0], item[1]


WAR = frozenset({("v", "mte2"), ("mte3", "v"), ("mte3", "mte2"), ("m", "mte1"), ("mte1", "mte2"), ("fix", "m")})
"""From the pipe that reads to the one that overwrites."""


def war_dropped(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """What is read may be overwritten too early."""
    for item in items(lines).values():
        if (item[0].source, item[0].target) in WAR:
            yield without(lines, *(flag.line for flag in item))


def back_edge_wait_missing(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """An iteration does not wait for the one before."""
    for item in items(lines).values():
        deepest = max(item, key=lambda flag: (flag.kind == "wait", flag.depth))
        if len(item) == 4:
            yield without(lines, deepest.line)


def set_dropped(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """A token that no one gives."""
    yield from (without(lines, flag.line) for flag in flags(lines) if flag.kind == "set")


def wait_dropped(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """A token that no one takes."""
    yield from (without(lines, flag.line) for flag in flags(lines) if flag.kind == "wait")


def set_moved_after(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """The token comes after the wait for it."""
    yield from (moved(lines, given.line, taken.line + 1) for given, taken in _straight(lines))


def set_moved_early(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """The token is given before the instruction that it tells of."""
    yield from (moved(lines, given.line, _block(lines, given.line).start) for given, _ in _straight(lines))


def wait_moved_before(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """The token is waited for before it is given."""
    yield from (moved(lines, taken.line, given.line) for given, taken in _straight(lines))


def wait_moved_late(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """The token is waited for after the instruction that needs it."""
    yield from (moved(lines, taken.line, _block(lines, taken.line).stop) for _, taken in _straight(lines))


def wait_for_another_event(lines: Lines, architecture: Architecture) -> Iterator[Lines]:
    """A wait for a token that no one gives."""
    for flag in flags(lines):
        if flag.kind == "wait":
            other = (flag.event + 1) % architecture.events
            yield changed(lines, flag.line, re.sub(r", \d+ pair", f", {other} pair", lines[flag.line]))


def event_doubled(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """Two items that overlap have one id."""
    grouped = list(items(lines).values())
    for one in grouped:
        for other in grouped:
            same_pair = (one[0].source, one[0].target) == (other[0].source, other[0].target)
            taken = next(flag.line for flag in one if flag.kind == "wait")
            if same_pair and one[0].line < other[0].line < taken:
                doubled = list(lines)
                for flag in other:
                    doubled[flag.line] = re.sub(r", \d+ pair", f", {one[0].event} pair", lines[flag.line])
                yield doubled


OTHER_PIPE = {"v": "mte2", "mte2": "mte3", "mte3": "mte2", "m": "mte1", "mte1": "m", "fix": "m"}


def barrier_of_the_wrong_pipe(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """A barrier that makes another pipe wait."""
    for index, line in enumerate(lines):
        match = _BARRIER.match(line)
        if match and match[2] in OTHER_PIPE:
            yield changed(lines, index, line.replace(f"barrier {match[2]}", f"barrier {OTHER_PIPE[match[2]]}"))


def final_barrier_missing(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """The kernel ends before its stores do."""
    yield without(lines, max(index for index, line in enumerate(lines) if line.strip() == "pipe_barrier all"))


def _together(lines: Lines) -> Iterator[tuple[Definition, Definition]]:
    """Two tiles of one memory that one op reads, neither a view, neither in a byte of the other."""
    known = definitions(lines)
    for user in known.values():
        tiles = [known[name] for name in user.operands if name in known]
        tiles = [tile for tile in tiles if tile.op != "create_tile" and not ROWS[tile.op].view_of]
        for one, other in pairwise(tiles):
            apart = one.start + one.size <= other.start or other.start + other.size <= one.start
            if one.memory == other.memory and apart:
                yield one, other


def live_tiles_overlapped(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """Two operands of one op in the same bytes."""
    yield from (at(lines, other, one.start) for one, other in _together(lines))


def shifted_into_the_next(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """A tile 32 bytes further, where the next live one starts; or nearer, where the one before ends."""
    for one, other in _together(lines):
        if one.start + one.size == other.start:
            yield at(lines, one, one.start + 32)
            yield at(lines, other, other.start - 32)


def shifted_off_its_alignment(lines: Lines, architecture: Architecture) -> Iterator[Lines]:
    """A tile at an address that its memory does not take."""
    for tile in definitions(lines).values():
        yield at(lines, tile, tile.start + architecture.memories[Memory(tile.memory)].alignment // 2)


def beyond_capacity(lines: Lines, architecture: Architecture) -> Iterator[Lines]:
    """A tile past the end of what programs may use."""
    for tile in definitions(lines).values():
        spec = architecture.memories[Memory(tile.memory)]
        yield at(lines, tile, spec.capacity - tile.size + spec.alignment)


def wrong_alias(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """A view in other bytes than what it views."""
    for tile in definitions(lines).values():
        if ROWS[tile.op].view_of:
            yield at(lines, tile, tile.start + 32)


def operand_taken_over(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """A result in the bytes of an operand that its op must not overwrite."""
    known = definitions(lines)
    for tile in known.values():
        row = ROWS[tile.op]
        names = [slot.name for slot in row.operands if slot.effect is Effect.READ]
        for name, operand in zip(names, tile.operands, strict=False):
            source = known.get(operand)
            allowed = row.view_of or row.tied or name in row.inplace
            if source is not None and source.memory == tile.memory and not allowed:
                yield at(lines, tile, source.start)


def temporary_lost(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """A temporary in the bytes of the op's operand, and in those of its result."""
    known = definitions(lines)
    for user in known.values():
        if not any(slot.effect is Effect.SCRATCH for slot in ROWS[user.op].operands):
            continue
        tiles = [known[name] for name in user.operands if name in known]
        temporary = tiles[-1]
        if temporary.op == "create_tile" and len(tiles) > 1:
            yield at(lines, temporary, tiles[0].start)
            yield at(lines, temporary, user.start)


def carried_tiles_exchanged(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """What a loop carries or a branch gives, at the address of its neighbour."""
    for index, line in enumerate(lines):
        found = _ADDRESS.findall(line)
        if len(found) > 1 and len(set(found)) > 1:
            parts = _ADDRESS.split(line)
            turned = zip(parts, [*found[1:], found[0], ""], strict=True)
            yield changed(lines, index, "".join(part + address for part, address in turned))


def yields_exchanged(lines: Lines, _: Architecture) -> Iterator[Lines]:
    """Values that leave a block in each other's places."""
    for index, line in enumerate(lines):
        if line.lstrip().startswith("yield ") and "," in line:
            names = line.split("yield ")[1].split(", ")
            yield changed(lines, index, f"{' ' * _depth(line)}yield {', '.join([*names[1:], names[0]])}")


FAULTS: Mapping[str, Fault] = {
    fault.__name__: fault
    for fault in (
        war_dropped,
        back_edge_wait_missing,
        set_dropped,
        wait_dropped,
        set_moved_after,
        set_moved_early,
        wait_moved_before,
        wait_moved_late,
        wait_for_another_event,
        event_doubled,
        barrier_of_the_wrong_pipe,
        final_barrier_missing,
        live_tiles_overlapped,
        shifted_into_the_next,
        shifted_off_its_alignment,
        beyond_capacity,
        wrong_alias,
        operand_taken_over,
        temporary_lost,
        carried_tiles_exchanged,
        yields_exchanged,
    )
}
"""Every kind of fault, by name."""
