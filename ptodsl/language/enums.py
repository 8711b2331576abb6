"""The words that kernels spell as enums."""

# ruff: noqa: PIE796 # a memory has two names

from __future__ import annotations

import enum


class MemorySpace(enum.Enum):
    """A memory, under the hardware's name and PyPTO's; the value is its word in IR text."""

    GM = "gm"
    UB = "ub"
    L1 = "l1"
    L0A = "l0a"
    L0B = "l0b"
    L0C = "l0c"
    DDR = "gm"
    Vec = "ub"
    Mat = "l1"
    Left = "l0a"
    Right = "l0b"
    Acc = "l0c"


class PadValue(enum.Enum):
    """What `pl.fillpad` writes where a tile was not valid."""

    zero = "zero"
    min = "min"
    max = "max"
