"""The part of a kernel that the sync verifier has in view: what may still be running, and what comes next.

Sets of accesses are integers, a bit for each, and cost their length. A long kernel is therefore seen through a window
that moves on between statements of its body: the sets are then as long as what runs at once, not as the kernel.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from ptodsl.verify.access import Access
from ptodsl.verify.instructions import Instruction, Kernel

SPAN = 1024
"""Accesses that a window takes in at once, if more are left."""


@dataclass(frozen=True)
class Window:
    """The accesses from `first` up to `stop`, the bits of which begin at `lowest`: those below are for waits."""

    kernel: Kernel
    lowest: int
    first: int
    stop: int

    @property
    def bits(self) -> range:
        """The numbers of the accesses."""
        return range(self.lowest, self.lowest + self.stop - self.first)

    def access(self, bit: int) -> Access:
        """The access of a bit."""
        return self.kernel.accesses[bit - self.lowest + self.first]

    def owner(self, bit: int) -> Instruction:
        """The instruction that makes it."""
        return self.kernel.owners[bit - self.lowest + self.first]

    def instructions(self) -> Iterator[Instruction]:
        """Those whose accesses are in view, in order."""
        owners = self.kernel.owners
        index = self.first
        while index < self.stop:
            yield owners[index]
            index += len(owners[index].accesses)

    def of(self, instruction: Instruction) -> range:
        """The numbers of an instruction's accesses."""
        start = instruction.first - self.first + self.lowest
        return range(start, start + len(instruction.accesses))

    def moved(self, running: int, at: int) -> Window:
        """The window for what begins at the access `at`, which keeps what is running.

        It takes in as much again as it keeps, so that all windows together are at most a few times the kernel.
        """
        alive = running >> self.lowest
        oldest = self.first + (alive & -alive).bit_length() - 1 if alive else at
        wanted = max(SPAN, at - oldest)
        ends = self.kernel.ends
        return Window(self.kernel, self.lowest, oldest, ends[min(bisect_left(ends, at + wanted), len(ends) - 1)])
