"""The short sequences of the reference on pipes, section 10, with what is to be found in each."""

from __future__ import annotations

from dataclasses import dataclass

from ptodsl.ir.hardware import Memory, Pipe
from tests.tile_library.checked_scripts import Access, Barrier, Instruction, Set, Step, Touch, Wait

S, V, M, MTE1, MTE2, MTE3, FIX = Pipe.S, Pipe.V, Pipe.M, Pipe.MTE1, Pipe.MTE2, Pipe.MTE3, Pipe.FIX
TILE = 128


def tile(number: int, effect: str = "reads", memory: Memory = Memory.UB) -> Touch:
    """The bytes of a tile, apart from those of others."""
    return Touch(memory, number * TILE, TILE, effect)


def window(number: int, effect: str = "reads") -> Touch:
    """A piece of global memory, apart from others."""
    return tile(number, effect, Memory.GM)


def load(to: int, source: int = 8) -> Instruction:
    """TLOAD of a window into a tile of UB."""
    return Instruction("TLOAD", MTE2, (window(source), tile(to, "writes")))


def store(source: int, to: int = 0, effect: str = "writes") -> Instruction:
    """TSTORE of a tile of UB."""
    return Instruction("TSTORE", MTE3, (tile(source), window(to, effect)))


def add(to: int, *sources: int) -> Instruction:
    """An elementwise instruction."""
    return Instruction("TADD", V, (*map(tile, sources), tile(to, "writes")), is_elementwise=True)


def rowsum(to: int, source: int, temporary: int) -> Instruction:
    """A reduction, with the temporary that it overwrites."""
    return Instruction("TROWSUM", V, (tile(source), tile(temporary, "writes"), tile(to, "writes")))


def extract(to: int, memory: Memory) -> Instruction:
    """A tile of L1 into L0A or L0B."""
    return Instruction("TEXTRACT", MTE1, (tile(to, "reads", Memory.L1), tile(to, "writes", memory)))


def matmul(fractals: int = 0, name: str = "TMATMUL") -> Instruction:
    """A product of L0A and L0B; with fractals it adds to what the accumulator holds."""
    operands = (tile(0, "reads", Memory.L0A), tile(0, "reads", Memory.L0B))
    held = (tile(0, "reads", Memory.L0C),) if fractals else ()
    return Instruction(name, M, (*operands, *held, tile(0, "writes", Memory.L0C)), fractals)


def store_product() -> Instruction:
    """TSTORE of the accumulator."""
    return Instruction("TSTORE", FIX, (tile(0, "reads", Memory.L0C), window(0, "writes")))


def flags(source: Pipe, target: Pipe, event: int = 1) -> list[Step]:
    """A set, and at once the wait for it."""
    return [Set(source, target, event), Wait(source, target, event)]


END: list[Step] = [Barrier()]


def turns(count: int, *, primed: bool = True, drained: bool = True) -> list[Step]:
    """A loop that loads into the tile that the turn before read, with a flag that stays up between turns."""
    turn = [Wait(V, MTE2), load(0), *flags(MTE2, V), add(1, 0, 0), Set(V, MTE2)]
    return [*[Set(V, MTE2)] * primed, *turn * count, *[Wait(V, MTE2)] * drained]


@dataclass(frozen=True)
class Sequence:
    """Steps, and the kinds of findings that are due on each architecture; in brackets what is only a note."""

    steps: list[Step]
    a2a3: tuple[str, ...] = ()
    a5: tuple[str, ...] = ()


def always(steps: list[Step], *kinds: str) -> Sequence:
    """The same on both architectures."""
    return Sequence(steps, kinds, kinds)


def plain(steps: list[Step], *kinds: str) -> Sequence:
    """What A2/A3 finds and A5 does not."""
    return Sequence(steps, kinds)


SEQUENCES: dict[str, Sequence] = {
    "1 load, then add": always([load(0), add(1, 0, 0)], "race"),
    "2 all flags": always([load(0), *flags(MTE2, V), add(1, 0, 0), *flags(V, MTE3), store(1), *END]),
    "2 without an end": always([load(0), *flags(MTE2, V), add(1, 0, 0), *flags(V, MTE3), store(1)], "store-unfinished"),
    "2 with a wait on S at the end": always(
        [load(0), *flags(MTE2, V), add(1, 0, 0), *flags(V, MTE3), store(1), *flags(MTE3, S)]
    ),
    "3 a barrier of one pipe only": always([load(0), Barrier(MTE2), add(1, 0, 0)], "race"),
    "3 a barrier of all": always([load(0), Barrier(), add(1, 0, 0)]),
    "4 add, then reduce": plain([add(1, 0, 0), rowsum(2, 1, 3)], "race"),
    "4 with a barrier": Sequence([add(1, 0, 0), Barrier(V), rowsum(2, 1, 3)], (), ("illegal-barrier",)),
    "5 elementwise chain": plain([add(1, 0, 0), add(1, 1, 1)], "(race)"),
    "6 a loop that is primed": always(turns(3)),
    "6 no turns": always(turns(0)),
    "7 without the prime": always(turns(3, primed=False), "wait-without-set"),
    "7 without the last wait": always(turns(3, drained=False), "token-left"),
    "8 two loads into one tile": always([load(0, 8), load(0, 9), *flags(MTE2, V), add(1, 0, 0)], "race"),
    "8 with a barrier": Sequence([load(0, 8), Barrier(MTE2), load(0, 9), *flags(MTE2, V), add(1, 0, 0)]),
    "9 store, then load": always([store(0), load(1, 0), *END], "race"),
    "9 with flags": always([store(0), *flags(MTE3, MTE2), load(1, 0), *END]),
    "10 two stores": always([store(0), store(1), *END], "race"),
    "10 both add": always([store(0, 0, "adds to"), store(1, 0, "adds to"), *END]),
    "10 one adds": always([store(0, 0, "adds to"), store(1), *END], "race"),
    "11 add, then a scalar read": always([add(0, 1, 1), Access(tile(0))], "race"),
    "11 with flags": always([add(0, 1, 1), *flags(V, S), Access(tile(0))]),
    "11 scalar write, then add": always(
        [add(0, 1, 1), *flags(V, S), Access(tile(0)), Access(tile(0, "writes")), add(2, 0, 0)], "race"
    ),
    "11 with flags both ways": plain(
        [add(0, 1, 1), *flags(V, S), Access(tile(0)), Access(tile(0, "writes")), *flags(S, V), add(2, 0, 0)]
    ),
    "11 scalar read, then overwritten": always([add(0, 1, 1), *flags(V, S), Access(tile(0)), add(0, 1, 1)], "race"),
    "12 product, then store": always([matmul(), store_product(), *END], "race"),
    "12 with flags": always([matmul(), *flags(M, FIX), store_product(), *END]),
    "13 small accumulation": always([matmul(), matmul(1, "TMATMUL_ACC")], "(race)"),
    "13 with a barrier": always([matmul(), Barrier(M), matmul(1, "TMATMUL_ACC")]),
    "13 large accumulation": always([matmul(), matmul(128, "TMATMUL_ACC")]),
    "13 operand overwritten": always([matmul(), extract(0, Memory.L0A)], "race"),
    "13 operand overwritten in order": always([matmul(), *flags(M, MTE1), extract(0, Memory.L0A)]),
    "14 two sets": always([*[Set(MTE2, V)] * 2, *[Wait(MTE2, V)] * 2], "set-twice"),
    "14 no set": always([Wait(V, MTE3)], "wait-without-set"),
    "14 set before what it tells": always(
        [load(0), *flags(MTE2, V), Set(V, MTE3), add(1, 0, 0), Wait(V, MTE3), store(1), *END], "race"
    ),
    "extra: stolen token": always(
        [Set(V, S, 0), Instruction("TEXTRACT", V, (), has_hidden_flags=True), Wait(V, S, 0)], "token-stolen"
    ),
    "extra: a row rounded up": always(
        [Instruction("TLOAD", MTE2, (Touch(Memory.UB, 0, 32, "writes"),)), Access(Touch(Memory.UB, 12, 4))], "race"
    ),
}
"""By the number in the reference, and what is special."""
