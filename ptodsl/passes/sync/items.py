"""What `insert_sync` places: barriers, pairs of flags, and pairs over the back edge of a loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ptodsl.ir.hardware import Pipe
from ptodsl.machine import Pair
from ptodsl.passes.sync.regions import Loop, Region


@dataclass(frozen=True, eq=False)
class Barrier:
    """`pipe_barrier(pipe)` before an element of a region."""

    key: int
    pipe: Pipe
    region: Region
    sink: int


@dataclass(frozen=True, eq=False)
class Forward:
    """A set after one element of a region and the wait before a later one.

    `adjacent`: the set too stands before the sink, directly before the wait.
    """

    key: int
    pair: Pair
    region: Region
    source: int
    sink: int
    adjacent: bool = False


@dataclass(frozen=True, eq=False)
class BackEdge:
    """A wait before an element of a loop's body and a set after the same or a later one, for the next iteration.

    One token is pending throughout: it is set before `home`, the loop or one around it, and waited for behind that.
    `adjacent`: instead, set and wait stand together at the end of the body, and no token is pending elsewhere.
    """

    key: int
    pair: Pair
    loop: Loop
    source: int
    sink: int
    home: Loop
    adjacent: bool = False

    @property
    def region(self) -> Region:
        """The body that source and sink are elements of."""
        return self.loop.body


Flags: TypeAlias = Forward | BackEdge
Item: TypeAlias = Barrier | Forward | BackEdge
