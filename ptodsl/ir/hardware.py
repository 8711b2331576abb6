"""The words for the chip's parts that IR text uses; what each can do is data in `machine.py`."""

from __future__ import annotations

from ptodsl.ir.words import Word


class Memory(Word):
    """A memory, by its word in IR text."""

    GM = "gm"
    UB = "ub"
    L1 = "l1"
    L0A = "l0a"
    L0B = "l0b"
    L0C = "l0c"
    BIAS = "bias"
    SCALING = "scaling"

    @property
    def label(self) -> str:
        """How messages and users spell it."""
        return self.value.upper()


class Layout(Word):
    """The order of a tile's elements: plain by rows (ND) or columns (DN), or outer and inner order of fractals.

    reference: `nz` is column-major blocks of row-major fractals, `zn` row-major blocks of column-major fractals,
    `zz` row-major blocks of row-major fractals.
    """

    ND = "nd"
    DN = "dn"
    NZ = "nz"
    ZN = "zn"
    ZZ = "zz"


class Pipe(Word):
    """An instruction queue of a core, by its word in IR text."""

    S = "s"
    V = "v"
    M = "m"
    MTE1 = "mte1"
    MTE2 = "mte2"
    MTE3 = "mte3"
    FIX = "fix"
    ALL = "all"
    """All of them, in a barrier only."""


class Core(Word):
    """Which core a kernel runs on."""

    CUBE = "cube"
    VECTOR = "vector"
