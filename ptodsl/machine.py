"""The machine as data: one `Architecture` per target, each row with its source.

Sources: [L] public header library 9.1.0, capacities in its buffer limits; [H] vendor pages on SetFlag, WaitFlag,
PipeBarrier and on alignment; [S] the vendor's open sanitizer; [I] inferred, see docs/decisions. Sizes are in bytes.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ptodsl.ir.dtypes import (
    BF16,
    FP16,
    FP32,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT32,
    DType,
)
from ptodsl.ir.hardware import Core, Layout, Memory, Pipe

KIB = 1024


@dataclass(frozen=True)
class MemorySpec:
    """What a memory holds and how tiles lie in it.

    `capacity` is what programs may use, `physical` what there is. Tiles are placed at multiples of `alignment`; the
    hardware asks for multiples of `address`, which is less in some memories. `block` is the multiple that both dims of
    a physical shape are rounded up to (per dtype size, see `granule`); 0 for a memory of plain rows, whose contiguous
    dim is rounded to `alignment` bytes.
    """

    capacity: int
    physical: int
    alignment: int
    address: int
    layouts: tuple[Layout, ...]
    block: int = 0
    operands: Mapping[DType, DType] = field(default_factory=dict[DType, DType])
    """In an accumulator's memory: the dtype of the operands whose products a dtype accumulates, where theirs rounds
    further. [L] a product's tiles agree in their physical shapes."""

    def granule(self, dtype: DType) -> int:
        """The multiple that rows and columns of a fractal tile are rounded to: 16, or 32 bytes' worth if more."""
        return max(self.block, 32 // self.operands.get(dtype, dtype).size)


@dataclass(frozen=True)
class Move:
    """A legal transfer, the pipe that does it, and the dtypes it carries unconverted (None: every one)."""

    source: Memory
    target: Memory
    pipe: Pipe
    dtypes: frozenset[DType] | None = None


class SamePipe(enum.Enum):
    """What a pipe promises two of its own instructions that touch a common byte."""

    ORDERED = "ordered"
    UNORDERED = "unordered"
    ACCUMULATES = "accumulates"
    """Unordered, but an accumulation into the same L0C tile follows in order from enough fractals on."""


class FlagsInside(enum.Enum):
    """When an instruction's library code sets flags and waits for them."""

    ALWAYS = "always"
    ELEMENT = "element"
    """Where it moves one element, known when compiling to be one: the scalar unit does that."""


Pair = tuple[Pipe, Pipe]


@dataclass(frozen=True)
class CoreSpec:
    """What one kind of core has: pipes, legal flag pairs, legal barriers (PIPE_ALL is always legal)."""

    pipes: frozenset[Pipe]
    pairs: frozenset[Pair]
    barriers: frozenset[Pipe]


@dataclass(frozen=True)
class Architecture:
    """Everything that passes, verifiers and emitters may know of a target."""

    name: str
    memories: Mapping[Memory, MemorySpec]
    moves: tuple[Move, ...]
    cores: Mapping[Core, CoreSpec]
    same_pipe: Mapping[Pipe, SamePipe]
    events: int
    """Event ids per ordered pair of pipes."""
    reserved: frozenset[Pair]
    """Pairs whose id 0 some library instruction uses as a hidden flag."""
    flags_inside: Mapping[str, FlagsInside]
    """The instructions that do, by mnemonic."""
    accumulate_fractals: int
    """From this many 16 x 16 fractals of L0C on, M after M accumulating on the same tile is ordered."""
    left_layout: Layout
    """The layout of an L0A tile."""
    vector_dtypes: frozenset[DType]
    """What the vector unit computes with."""
    narrower: Mapping[str, frozenset[DType]]
    """Vector instructions that take fewer dtypes than others of their kind, by mnemonic."""
    parts: Mapping[str, tuple[frozenset[DType], tuple[Pipe, ...]]]
    """Instructions that are several where the dtype of their result is one of those, by mnemonic: a pipe for each part.
    Nothing orders the parts for others."""
    conversions: Mapping[DType, tuple[DType, ...]]
    """What each dtype converts to in one instruction."""
    hidden_scratch: range | None
    """UB bytes that some library instructions use as scratch behind the caller's back."""
    masks_vectors: bool
    """Whether vector kernels begin with setting the vector mask, which instructions then rely on."""

    def move(self, source: Memory, target: Memory) -> Move | None:
        """The legal move between two memories; None where there is none."""
        for move in self.moves:
            if move.source is source and move.target is target:
                return move
        return None

    def parts_of(self, mnemonic: str, dtype: DType | None) -> tuple[Pipe, ...]:
        """The pipes of an instruction that is several; none where it is one."""
        parts = self.parts.get(mnemonic)
        return parts[1] if parts is not None and dtype in parts[0] else ()

    def layout(self, memory: Memory) -> Layout:
        """The layout that a tile in a memory has unless an op asks for another one the memory can hold."""
        return self.left_layout if memory is Memory.L0A else self.memories[memory].layouts[0]

    def core_of(self, pipe: Pipe) -> Core | None:
        """The only kind of core with that pipe; None where both have it."""
        return self._core_of.get(pipe)

    @cached_property
    def _core_of(self) -> Mapping[Pipe, Core]:
        owners = {pipe: [core for core, spec in self.cores.items() if pipe in spec.pipes] for pipe in Pipe}
        return {pipe: cores[0] for pipe, cores in owners.items() if len(cores) == 1}

    def owner(self, memory: Memory) -> Core | None:
        """The only kind of core that works on a memory: that of the moves out of it, else into it; None for GM."""
        leaving = {self.core_of(move.pipe) for move in self.moves if move.source is memory} - {None}
        entering = {self.core_of(move.pipe) for move in self.moves if move.target is memory} - {None}
        owners = leaving or entering
        return owners.pop() if len(owners) == 1 and memory is not Memory.GM else None

    def first_event(self, pair: Pair) -> int:
        """The lowest id that our own code uses on a pair."""
        return 1 if pair in self.reserved else 0


def _pairs(core_pipes: frozenset[Pipe], *between: tuple[Pipe, Pipe]) -> frozenset[Pair]:
    """The given pairs, and each pipe with S both ways."""
    scalar = {pair for pipe in core_pipes - {Pipe.S} for pair in ((pipe, Pipe.S), (Pipe.S, pipe))}
    return frozenset(between) | frozenset(scalar)


_PLAIN = (Layout.ND, Layout.DN)
_CUBE_PIPES = frozenset({Pipe.S, Pipe.MTE1, Pipe.MTE2, Pipe.M, Pipe.FIX, Pipe.MTE3})
_VECTOR_PIPES = frozenset({Pipe.S, Pipe.V, Pipe.MTE2, Pipe.MTE3})
_VECTOR_PAIRS = _pairs(  # [S] every pair among V, MTE2, MTE3 is used both ways
    _VECTOR_PIPES,
    *((a, b) for a in _VECTOR_PIPES - {Pipe.S} for b in _VECTOR_PIPES - {Pipe.S} if a is not b),
)
_CUBE_PAIRS = _pairs(  # [L] the pairs that its kernels and tests compile
    _CUBE_PIPES,
    (Pipe.MTE2, Pipe.MTE1),
    (Pipe.MTE1, Pipe.MTE2),
    (Pipe.MTE1, Pipe.M),
    (Pipe.M, Pipe.MTE1),
    (Pipe.M, Pipe.FIX),
    (Pipe.FIX, Pipe.M),
    (Pipe.MTE2, Pipe.FIX),
    (Pipe.FIX, Pipe.MTE2),
    (Pipe.FIX, Pipe.MTE3),
    (Pipe.M, Pipe.MTE2),
    (Pipe.MTE1, Pipe.MTE3),
    (Pipe.MTE2, Pipe.MTE3),
    (Pipe.MTE3, Pipe.MTE2),
)
_CUBE_PAIRS_A5 = _CUBE_PAIRS | {(Pipe.MTE1, Pipe.FIX), (Pipe.FIX, Pipe.MTE1)}

_MOVES = (  # [L] legality of TLOAD, TMOV, TSTORE; pipes as [S] has them
    Move(Memory.GM, Memory.UB, Pipe.MTE2),
    Move(Memory.GM, Memory.L1, Pipe.MTE2),
    Move(Memory.UB, Memory.GM, Pipe.MTE3),
    Move(Memory.UB, Memory.UB, Pipe.V),
    Move(Memory.L1, Memory.L0A, Pipe.MTE1),
    Move(Memory.L1, Memory.L0B, Pipe.MTE1),
    Move(Memory.L1, Memory.BIAS, Pipe.MTE1),
    Move(Memory.L1, Memory.SCALING, Pipe.FIX),
    Move(Memory.L0C, Memory.GM, Pipe.FIX),
    Move(Memory.L0C, Memory.L1, Pipe.FIX, dtypes=frozenset()),  # [L] from FP32 to 16 bits only
)
_MOVES_A5 = (*_MOVES, Move(Memory.L0C, Memory.UB, Pipe.FIX), Move(Memory.UB, Memory.L1, Pipe.MTE3))

_SAME_PIPE = {  # [H] PipeBarrier; [S] for the transfer pipes; M: the vendor's matmul templates, threshold 10 fractals
    Pipe.S: SamePipe.ORDERED,
    Pipe.V: SamePipe.UNORDERED,
    Pipe.M: SamePipe.ACCUMULATES,
    Pipe.MTE1: SamePipe.UNORDERED,
    Pipe.MTE2: SamePipe.UNORDERED,
    Pipe.MTE3: SamePipe.UNORDERED,
    Pipe.FIX: SamePipe.UNORDERED,
}

_RESERVED = frozenset(  # [L] the hidden flags of its A2/A3 instructions, all with id 0
    {
        (Pipe.V, Pipe.S),
        (Pipe.S, Pipe.V),
        (Pipe.MTE2, Pipe.S),
        (Pipe.MTE3, Pipe.S),
        (Pipe.MTE1, Pipe.S),
        (Pipe.S, Pipe.MTE2),
        (Pipe.S, Pipe.MTE3),
        (Pipe.MTE2, Pipe.V),
        (Pipe.MTE2, Pipe.MTE3),
    }
)
_PADDINGS = ("TFILLPAD", "TFILLPAD_EXPAND", "TFILLPAD_INPLACE")
# [L] S works between a flag from V and one back to it, where it works at all: an order with V covers that.
_FLAGS_INSIDE_A5: dict[str, FlagsInside] = {"TEXTRACT": FlagsInside.ELEMENT, "TINSERT": FlagsInside.ELEMENT}
_FLAGS_INSIDE = _FLAGS_INSIDE_A5 | dict.fromkeys(
    (
        *("TCMPS", "TDIVS", *_PADDINGS),
        *("TROWEXPAND", "TROWMAX", "TROWMIN", "TROWPROD", "TROWSUM", "TSELS", "TSHL", "TSHR", "TTRANS"),
    ),
    FlagsInside.ALWAYS,
)

_CONVERSIONS = {  # [L] the table of TCVT, without the formats that no dtype here has
    FP32: (FP16, BF16, INT16, INT32, INT64),
    FP16: (FP32, INT32, INT16, INT8, UINT8),
    BF16: (FP32, INT32),
    INT16: (FP16, FP32),
    INT32: (FP32, INT16, INT64, FP16),
    INT64: (FP32, INT32),
    UINT8: (FP16,),
    INT8: (FP16,),
}
_CONVERSIONS_A5 = {
    FP32: (FP16, BF16, INT16, INT32, INT64),
    FP16: (FP32, INT32, INT16, INT8, UINT8),
    BF16: (FP32, INT32, FP16),
    INT16: (UINT8, FP16, FP32, UINT32, INT32),
    INT32: (FP32, INT16, UINT16, INT64, UINT8),
    INT64: (FP32, INT32),
    UINT8: (FP16, UINT16),
    INT8: (FP16, INT16, INT32),
    UINT32: (UINT8, UINT16, INT16),
}


def _memories(ub: int, ub_physical: int, l0c: int, bias: int, scaling: int, left: Layout) -> dict[Memory, MemorySpec]:
    """The memories of an architecture, in KiB; UB and L0C differ between the generations."""

    def fractal(kib: int, address: int, *layouts: Layout) -> MemorySpec:
        return MemorySpec(kib * KIB, kib * KIB, alignment=512, address=address, layouts=layouts, block=16)

    return {  # addresses: [H] the general restrictions of the vendor's operator language
        Memory.UB: MemorySpec(ub * KIB, ub_physical * KIB, alignment=32, address=32, layouts=_PLAIN),
        Memory.L1: fractal(512, 32, Layout.NZ, Layout.ZN),
        Memory.L0A: fractal(64, 512, left),
        Memory.L0B: fractal(64, 512, Layout.ZN),
        Memory.L0C: replace(fractal(l0c, 64, Layout.NZ), operands={INT32: INT8}),
        Memory.BIAS: MemorySpec(bias * KIB, bias * KIB, alignment=64, address=64, layouts=(Layout.ND,)),
        Memory.SCALING: MemorySpec(scaling * KIB, scaling * KIB, alignment=128, address=128, layouts=(Layout.ND,)),
    }


A2A3 = Architecture(
    name="a2a3",
    memories=_memories(ub=184, ub_physical=192, l0c=128, bias=1, scaling=2, left=Layout.ZZ),
    moves=_MOVES,
    cores={
        Core.CUBE: CoreSpec(_CUBE_PIPES, _CUBE_PAIRS, _CUBE_PIPES - {Pipe.S}),
        Core.VECTOR: CoreSpec(_VECTOR_PIPES, _VECTOR_PAIRS, _VECTOR_PIPES - {Pipe.S}),
    },
    same_pipe=_SAME_PIPE,
    events=8,
    reserved=_RESERVED,
    flags_inside=_FLAGS_INSIDE,
    accumulate_fractals=10,
    left_layout=Layout.ZZ,
    vector_dtypes=frozenset({FP32, FP16, INT32, INT16}),
    narrower={  # [L] its checks; a TFILLPAD of one byte ends in stores of S that no flag orders before what follows
        "TABS": frozenset({FP16, FP32}),
        **dict.fromkeys(("TDIV", "TROWEXPANDDIV", "TCOLEXPANDDIV"), frozenset({FP16, FP32})),
        "TRELU": frozenset({FP16, FP32, INT32}),
        **dict.fromkeys(_PADDINGS, frozenset({FP16, BF16, FP32, INT16, UINT16, INT32, UINT32})),
    },
    parts={  # [L] its rest of a row: stores of S between a flag from V and no flag back
        "TFILLPAD": (frozenset({INT8, UINT8}), (Pipe.V, Pipe.S)),
    },
    conversions=_CONVERSIONS,
    hidden_scratch=range(184 * KIB, 192 * KIB),
    masks_vectors=True,
)

A5 = Architecture(
    name="a5",
    memories=_memories(ub=248, ub_physical=256, l0c=256, bias=4, scaling=4, left=Layout.NZ),
    moves=_MOVES_A5,
    cores={  # [I] the barriers that are known to compile on each kind of core
        Core.CUBE: CoreSpec(_CUBE_PIPES, _CUBE_PAIRS_A5, frozenset({Pipe.FIX, Pipe.M})),
        Core.VECTOR: CoreSpec(_VECTOR_PIPES, _VECTOR_PAIRS, frozenset({Pipe.MTE2, Pipe.MTE3})),
    },
    same_pipe={**_SAME_PIPE, Pipe.V: SamePipe.ORDERED},
    events=8,
    reserved=frozenset({(Pipe.V, Pipe.S), (Pipe.S, Pipe.V)}),
    flags_inside=_FLAGS_INSIDE_A5,
    accumulate_fractals=10,
    left_layout=Layout.NZ,
    vector_dtypes=frozenset({FP32, FP16, BF16, INT32, INT16, INT8, UINT32, UINT16, UINT8}),
    narrower={  # [L] its checks
        **dict.fromkeys(("TEXP", "TLOG", "TSQRT", "TRSQRT", "TRECIP"), frozenset({FP16, FP32})),
        **dict.fromkeys(("TDIV", "TDIVS"), frozenset({FP16, FP32, INT16, INT32, UINT16, UINT32})),
        **dict.fromkeys(("TMUL", "TMULS", "TNEG"), frozenset({FP16, BF16, FP32, INT16, INT32, UINT16, UINT32})),
        "TABS": frozenset({FP16, FP32, INT8, INT16, INT32}),
        "TRELU": frozenset({FP16, FP32, INT32}),
    },
    parts={},
    conversions=_CONVERSIONS_A5,
    hidden_scratch=None,
    masks_vectors=False,
)

ARCHITECTURES: dict[str, Architecture] = {architecture.name: architecture for architecture in (A2A3, A5)}
"""Every architecture by the name that `arch=` takes."""
