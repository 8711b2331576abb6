"""Which instructions touch common bytes on chip, as bitsets, by a sweep over each memory."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from ptodsl.ir.hardware import Memory
from ptodsl.machine import Architecture
from ptodsl.passes.sync.regions import Kernel
from ptodsl.passes.sync.tensor_conflicts import tensor_conflicts
from ptodsl.passes.sync.tile_accesses import tile_accesses


def conflicts_of(kernel: Kernel, architecture: Architecture) -> list[int]:
    """For each instruction, the bitset of those that conflict with it where they are executed before it."""
    conflicts = tensor_conflicts(kernel)
    by_memory: dict[Memory, dict[Interval, _Users]] = {}
    for instruction in kernel.instructions:
        for access in tile_accesses(instruction.statement, architecture):
            users = by_memory.setdefault(access.bytes.memory, {})
            users.setdefault((access.bytes.start, access.bytes.stop), _Users()).enter(instruction.number, access.writes)
    for users in by_memory.values():
        _on_chip(users, conflicts)
    return conflicts


Interval = tuple[int, int]
"""The first byte, and the first one behind."""


@dataclass
class _Users:
    """The instructions that read, and those that write, some bytes: as bitsets, and by number."""

    readers: int = 0
    writers: int = 0
    accesses: list[tuple[int, bool]] = field(default_factory=list[tuple[int, bool]])

    def enter(self, number: int, writes: bool) -> None:
        """Count an instruction in."""
        self.accesses.append((number, writes))
        if writes:
            self.writers |= 1 << number
        else:
            self.readers |= 1 << number

    def join(self, other: _Users) -> None:
        """Count the users of other bytes in."""
        self.readers |= other.readers
        self.writers |= other.writers


def _on_chip(users: dict[Interval, _Users], conflicts: list[int]) -> None:
    """Enter the conflicts within one memory, which is cut into pieces wherever a range starts or stops."""
    cuts = sorted({end for interval in users for end in interval})
    spans = {(start, stop): range(bisect_left(cuts, start), bisect_left(cuts, stop)) for start, stop in users}
    pieces = [_Users() for _ in cuts]
    for interval, span in spans.items():
        for index in span:
            pieces[index].join(users[interval])
    for interval, span in spans.items():
        touching = _Users()
        for index in span:
            touching.join(pieces[index])
        for number, writes in users[interval].accesses:
            conflicts[number] |= touching.writers | (touching.readers if writes else 0)
