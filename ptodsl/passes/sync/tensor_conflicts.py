"""Which instructions touch common elements of a tensor, as bitsets, window by window."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ptodsl.ir.nodes import Value
from ptodsl.passes.sync.regions import Kernel
from ptodsl.passes.sync.scalars import Scalars, scalars_of
from ptodsl.passes.sync.tensor_accesses import TensorAccess, tensor_accesses, tensors_of
from ptodsl.passes.sync.windows import Window, meet_across, meet_in_iteration


def tensor_conflicts(kernel: Kernel) -> list[int]:
    """For each instruction, the bitset of those that conflict with it in global memory where they are executed before.

    Distinct parameters never overlap.
    """
    conflicts = [0] * len(kernel.instructions)
    scalars, tensors = scalars_of(kernel.function), tensors_of(kernel.function)
    buffers: dict[Value, list[tuple[int, TensorAccess]]] = defaultdict(list)
    for instruction in kernel.instructions:
        for access in tensor_accesses(instruction, scalars, tensors):
            buffers[access.buffer].append((instruction.number, access))
    for accesses in buffers.values():
        if any(access.writes for _, access in accesses):
            _in_buffer(accesses, scalars, conflicts)
    return conflicts


def _in_buffer(accesses: list[tuple[int, TensorAccess]], scalars: Scalars, conflicts: list[int]) -> None:
    """Enter the conflicts within one buffer."""
    users: dict[Window, _Users] = defaultdict(_Users)
    for number, access in accesses:
        users[access.window].enter(number, access)
    for earlier, later in _candidates(list(users)):
        _enter(earlier, later, users, scalars, conflicts)


@dataclass
class _Users:
    """The instructions of one window: those that read it, store to it, add to it atomically; and each with its way."""

    readers: int = 0
    stores: int = 0
    additions: int = 0
    accesses: list[tuple[int, TensorAccess]] = field(default_factory=list[tuple[int, TensorAccess]])

    def enter(self, number: int, access: TensorAccess) -> None:
        """Count an instruction in."""
        self.accesses.append((number, access))
        if not access.writes:
            self.readers |= 1 << number
        elif access.atomic:
            self.additions |= 1 << number
        else:
            self.stores |= 1 << number

    def against(self, access: TensorAccess) -> int:
        """Those that an access conflicts with: one of the two writes, and they do not both add."""
        writers = self.stores | (0 if access.writes and access.atomic else self.additions)
        return writers | (self.readers if access.writes else 0)


def _enter(earlier: Window, later: Window, users: dict[Window, _Users], scalars: Scalars, conflicts: list[int]) -> None:
    """Enter that instructions of one window come before those of another. The relation has a direction."""
    if meet_across(earlier, later, scalars):
        for number, access in users[later].accesses:
            conflicts[number] |= users[earlier].against(access)
    elif meet_in_iteration(earlier, later):
        for number, access in users[later].accesses:
            conflicts[number] |= users[earlier].against(access) & ((1 << number) - 1)


def _candidates(windows: Sequence[Window]) -> Iterator[tuple[Window, Window]]:
    """The pairs of windows, both ways round, that are not apart at first sight."""
    constant = [window for window in windows if window.is_constant]
    moving = [window for window in windows if not window.is_constant]
    yield from _close(constant)
    for index, window in enumerate(moving):
        yield window, window
        for other in (*moving[:index], *constant):
            yield window, other
            yield other, window


def _close(windows: Sequence[Window]) -> Iterator[tuple[Window, Window]]:
    """The pairs of constant windows that meet in the dim in which the most of them differ: a sweep along it."""
    if not windows:
        return
    dims = range(len(windows[0].box))
    dim = max(dims, key=lambda dim: len({window.box[dim].start.constant for window in windows}))
    active: list[Window] = []
    for window in sorted(windows, key=lambda window: window.box[dim].start.constant):
        start = window.box[dim].start.constant
        active = [other for other in active if other.box[dim].start.constant + other.box[dim].size > start]
        yield window, window
        for other in active:
            yield window, other
            yield other, window
        active.append(window)
