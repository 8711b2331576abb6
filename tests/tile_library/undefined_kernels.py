"""Random kernels in which some elements are undefined: IR text that stores every tile it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

Shape = tuple[int, int]
_SHAPES: tuple[Shape, ...] = ((16, 32), (8, 64), (5, 19))
_OPS = 9


@dataclass(frozen=True)
class Known:
    """A tile that a kernel has made."""

    name: str
    shape: Shape
    valid: Shape


@dataclass
class UndefinedKernel:
    """A kernel without branches, the same for the same seed. Every tile lives to the end, so that no byte is reused."""

    seed: int
    lines: list[str] = field(default_factory=list[str])
    known: list[Known] = field(default_factory=list[Known])
    viewed: list[Known] = field(default_factory=list[Known])
    """Tiles that are seen through another valid shape: what a store of them finds is found."""

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        for shape in self.random.sample(_SHAPES, 2):
            self._make(f"create_tile shape=[{shape[0]}, {shape[1]}] dtype=fp32", shape, shape)
            self._load(shape)
        for _ in range(_OPS):
            self.random.choice(
                (self._load_one, self._unary, self._binary, self._reduced, self._broadcast, self._seen)
            )()

    @property
    def name(self) -> str:
        return f"k{self.seed}"

    @property
    def stores(self) -> tuple[int, ...]:
        """The tiles that are to be stored, by their positions."""
        return tuple(i for i, known in enumerate(self.known) if known not in self.viewed)

    def _make(self, text: str, shape: Shape, valid: Shape) -> Known:
        made = Known(f"%v{len(self.known)}", shape, valid)
        written = "" if shape == valid else f", valid {valid[0]}x{valid[1]}"
        self.lines.append(f"  {made.name} = {text} : tile<{shape[0]}x{shape[1]}xfp32{written}>")
        self.known.append(made)
        return made

    def _part(self, shape: Shape) -> Shape:
        return self.random.randint(1, shape[0]), self.random.randint(1, shape[1])

    def _load(self, shape: Shape) -> None:
        rows, columns = self._part(shape)
        text = f"load %x[0, 0], valid [{rows}, {columns}] sizes=[{shape[0]}, {shape[1]}]"
        self._make(text, shape, (rows, columns))

    def _load_one(self) -> None:
        self._load(self.random.choice(_SHAPES))

    def _any(self, *, rows_only: bool = True) -> Known:
        return self.random.choice([one for one in self.known if not rows_only or one.shape[1] > 1])

    def _unary(self) -> None:
        one = self._any()
        self._make(f"{self.random.choice(('exp', 'neg', 'recip'))} {one.name}", one.shape, one.valid)

    def _binary(self) -> None:
        one = self._any()
        other = self.random.choice([k for k in self.known if (k.shape, k.valid) == (one.shape, one.valid)])
        operation = self.random.choice(("add", "mul", "maximum"))
        self._make(f"{operation} {one.name}, {other.name}", one.shape, one.valid)

    def _reduced(self) -> None:
        one = self._any()
        if self.random.random() < 0.5:
            self._make(f"row_sum {one.name}", (one.shape[0], 1), (one.valid[0], 1))
        else:
            self._make(f"col_max {one.name}", (1, one.shape[1]), (1, one.valid[1]))

    def _broadcast(self) -> None:
        """A tile with the sum of its rows, or of its columns."""
        one = self._any()
        if self.random.random() < 0.5:
            repeated = self._make(f"row_sum {one.name}", (one.shape[0], 1), (one.valid[0], 1))
            self._make(f"row_expand_sub {one.name}, {repeated.name}", one.shape, one.valid)
        else:
            repeated = self._make(f"col_sum {one.name}", (1, one.shape[1]), (1, one.valid[1]))
            self._make(f"col_expand_add {one.name}, {repeated.name}", one.shape, one.valid)

    def _seen(self) -> None:
        """Another valid shape, what is outside filled, or rows and columns exchanged."""
        one = self._any()
        kind = self.random.randrange(3 if one.shape[0] > 1 else 2)  # a row turned is the same bytes
        if kind == 0:
            copy = self._make(f"neg {one.name}", one.shape, one.valid)
            self.viewed.append(copy)
            valid = self._part(one.shape)
            self._make(f"set_validshape {copy.name}, valid [{valid[0]}, {valid[1]}]", one.shape, valid)
        elif kind == 1:
            self._make(f"fillpad {one.name} pad=zero", one.shape, one.shape)
        else:
            turned = (one.shape[1], one.shape[0])
            self._make(f"transpose {one.name}", turned, (one.valid[1], one.valid[0]))

    def kernel(self, stores: Sequence[int]) -> str:
        """The kernel with the stores of some of its tiles."""
        written = "\n".join(f"  store {self.known[i].name}, %o{i}[0, 0]" for i in stores)
        body = "\n".join(self.lines)
        return f"kernel @{self.name}({self.parameters(stores)}) {{\n{body}\n{written}\n  return\n}}\n"

    def parameters(self, stores: Sequence[int], suffix: str = "") -> str:
        """Its parameters: what is loaded, and a tensor for each tile that is stored."""
        outputs = (
            f", %o{i}{suffix}: out tensor<{self.known[i].shape[0]}x{self.known[i].shape[1]}xfp32>" for i in stores
        )
        return "%x: tensor<64x64xfp32>" + "".join(outputs)

    def call(self, stores: Sequence[int], suffix: str = "") -> str:
        """The statement that runs it."""
        return f"  call @{self.name}(%x{''.join(f', %o{i}{suffix}' for i in stores)})\n"


def program(kernels: list[UndefinedKernel], stores: list[tuple[int, ...]]) -> str:
    """A program of the kernels, one after the other."""
    pairs = list(zip(kernels, stores, strict=True))
    parameters = ["%x: tensor<64x64xfp32>"]
    for kernel, some in pairs:
        parameters += kernel.parameters(some, f"_{kernel.seed}").split(", ")[1:]
    calls = "".join(kernel.call(some, f"_{kernel.seed}") for kernel, some in pairs)
    bodies = "\n".join(kernel.kernel(some) for kernel, some in pairs)
    return (
        f"ptodsl-ir 1\nprogram @P\n\n{bodies}\norchestration @main({', '.join(parameters)}) {{\n{calls}  return\n}}\n"
    )
