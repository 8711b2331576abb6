"""Random placed kernels for the tests of synchronisation: any order of instructions on a few tiles and tensors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

HEADER = "ptodsl-ir 1\nprogram @Random\n\n"


@dataclass(frozen=True)
class Slots:
    """The places on chip that a kernel uses, as tile types, some of them overlapping; and what its lines look like."""

    tiles: dict[str, tuple[str, ...]]
    lines: tuple[tuple[str, str], ...]
    """The class of the result (empty: none), and the line; `{ub}` stands for some tile of that class."""


VECTOR = Slots(
    {
        "ub": (
            *(f"tile<4x16xfp32, ub, nd, @0x{256 * slot:x}>" for slot in range(5)),
            "tile<4x16xfp32, ub, nd, @0x80>",
        )
    },
    (
        ("ub", "load {tensor}{window} sizes=[4, 16]"),
        ("ub", "load {tensor}{window} sizes=[4, 16]"),
        ("ub", "add {ub}, {ub}"),
        ("ub", "exp {ub}"),
        ("", "store {ub}, {tensor}{window}"),
        ("", "store {ub}, {tensor}{window} atomic=true"),
    ),
)

CUBE = Slots(
    {
        "l1": tuple(f"tile<16x16xfp16, l1, nz, @0x{512 * slot:x}>" for slot in range(3)),
        "l0a": tuple(f"tile<16x16xfp16, l0a, {{left}}, @0x{512 * slot:x}>" for slot in range(2)),
        "l0b": tuple(f"tile<16x16xfp16, l0b, zn, @0x{512 * slot:x}>" for slot in range(2)),
        "l0c": tuple(f"tile<16x16xfp32, l0c, nz, @0x{1024 * slot:x}>" for slot in range(2)),
    },
    (
        ("l1", "load {half}{window16} sizes=[16, 16]"),
        ("l1", "load {half}{window16} sizes=[16, 16]"),
        ("l0a", "move {l1}"),
        ("l0b", "move {l1}"),
        ("l0c", "matmul {l0a}, {l0b}"),
        ("l0c+", "matmul_acc {l0c}, {l0a}, {l0b}"),
        ("", "store {l0c}, {tensor}{window16}"),
    ),
)


@dataclass
class Kernel:
    """A kernel being written; `moving` windows depend on loop indices and on a scalar parameter."""

    random: Random
    slots: Slots
    left: str
    moving: bool
    count: int = 0
    indices: list[str] = field(default_factory=list[str])

    def name(self, prefix: str) -> str:
        """A fresh name."""
        self.count += 1
        return f"%{prefix}{self.count}"

    def text(self, size: int) -> str:
        """The whole program, of about `size` instructions."""
        parameters = [f"%{name}: inout tensor<256x64xfp32>" for name in ("p", "q", "r")]
        parameters += [f"%{name}: inout tensor<256x64xfp16>" for name in ("u", "w")]
        head = f"kernel @random({', '.join(parameters)}, %n: index, %c: bool) {{"
        tiles = [
            f"  %{memory}{slot} = create_tile {self._shape(type_)} : {type_.format(left=self.left)}"
            for memory, types in self.slots.tiles.items()
            for slot, type_ in enumerate(types)
        ]
        return HEADER + "\n".join([head, *tiles, *self._block(size, 1), "  return", "}", ""])

    def _shape(self, type_: str) -> str:
        rows, rest = type_.removeprefix("tile<").split("x", 1)
        columns, dtype = rest.split(",")[0].split("x")
        return f"shape=[{rows}, {columns}] dtype={dtype}"

    def _block(self, size: int, depth: int) -> Iterator[str]:
        indent = "  " * depth
        while size > 0:
            kind = self.random.random()
            inner = self.random.randint(1, max(1, size - 1))
            if kind < 0.15 and depth < 4:
                index = self.name("i")
                yield f"{indent}for {index} = 0 to 64 step {self.random.choice((4, 16))} {{"
                self.indices.append(index)
                yield from self._block(inner, depth + 1)
                self.indices.pop()
                yield f"{indent}}}"
            elif kind < 0.25 and depth < 4:
                yield f"{indent}if %c {{"
                yield from self._block(inner, depth + 1)
                yield f"{indent}}} else {{"
                yield from self._block(self.random.randint(0, inner), depth + 1)
                yield f"{indent}}}"
            else:
                inner = 1
                yield from (indent + line for line in self._instruction())
            size -= inner

    def _instruction(self) -> Iterator[str]:
        result, line = self.random.choice(self.slots.lines)
        offset = "0"
        if self.moving and self.random.random() < 0.7:
            offset = self.name("o")
            yield f"{offset} = {self._offset()}"
        elif self.random.random() < 0.3:
            offset = self.random.choice(("4", "16", "18"))
        names = {memory: self._tile(memory) for memory in self.slots.tiles}
        filled = line.format(
            **{**names, "ub": self._tile(next(iter(self.slots.tiles)))},
            tensor=self.random.choice(("%p", "%q", "%q", "%r")),
            half=self.random.choice(("%u", "%w")),
            window=f"[{offset}, 0]",
            window16=f"[{offset}, 0]",
        )
        if not result:
            yield filled
            return
        slot = self.random.randrange(len(self.slots.tiles[result.rstrip("+")]))
        if result.endswith("+"):
            slot = int(names["l0c"][-1])
        type_ = self.slots.tiles[result.rstrip("+")][slot].format(left=self.left)
        yield f"{self.name('t')} = {filled} : {type_}"

    def _tile(self, memory: str) -> str:
        return f"%{memory}{self.random.randrange(len(self.slots.tiles[memory]))}"

    def _offset(self) -> str:
        """A scalar linear in an index or the parameter, most often one step away from another's."""
        values = [*self.indices, "%n"]
        value = self.random.choice(self.indices or values)
        right = self.random.choice(["0", "4", "16", *values])
        operation = "mul" if right == "4" and self.random.random() < 0.3 else "add"
        return f"scalar.{operation} {value}, {right} : index"


def random_kernel(seed: int, *, cube: bool, left: str = "zz", moving: bool = False, size: int = 9) -> str:
    """The text of a program of one random kernel."""
    return Kernel(Random(seed), CUBE if cube else VECTOR, left, moving).text(size)
