"""Random kernels in which some elements are undefined: IR text that stores what it makes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

Shape = tuple[int, int]

SIDE = 64
"""Tensors that kernels load from are square."""

WHOLE = {"x": "fp32", "h": "fp16"}
"""What the program is given, wholly defined."""
PARTLY = {"u": ("x", (23, 37)), "w": ("h", (21, 40))}
"""Tensors that the program creates: whose elements they have, and of how many rows and columns."""

_TENSORS = {**WHOLE, **{name: WHOLE[source] for name, (source, _) in PARTLY.items()}}


def _parameter(name: str) -> str:
    return f"%{name}: tensor<{SIDE}x{SIDE}x{_TENSORS[name]}>"


@dataclass(frozen=True)
class Known:
    """A tile that a kernel has made."""

    name: str
    shape: Shape
    valid: Shape


@dataclass
class UndefinedKernel(ABC):
    """A kernel without branches, the same for the same seed. Every tile lives to the end, so that no byte is reused."""

    seed: int
    lines: list[str] = field(default_factory=list[str])
    known: list[Known] = field(default_factory=list[Known])
    viewed: list[Known] = field(default_factory=list[Known])
    """Tiles that are not stored: their bytes are another tile's too, and what a store of them finds is found."""

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.build()

    @abstractmethod
    def build(self) -> None:
        """Makes the body."""

    @property
    def name(self) -> str:
        return f"k{self.seed}"

    @property
    def stores(self) -> tuple[int, ...]:
        """The tiles that are to be stored, by their positions."""
        return tuple(i for i, known in enumerate(self.known) if known not in self.viewed)

    def make(self, text: str, shape: Shape, valid: Shape, dtype: str = "fp32") -> Known:
        """The result of an op."""
        made = Known(f"%v{len(self.known)}", shape, valid)
        written = "" if shape == valid else f", valid {valid[0]}x{valid[1]}"
        self.lines.append(f"  {made.name} = {text} : tile<{shape[0]}x{shape[1]}x{dtype}{written}>")
        self.known.append(made)
        return made

    def part(self, shape: Shape) -> Shape:
        """A valid shape."""
        return self.random.randint(1, shape[0]), self.random.randint(1, shape[1])

    def kernel(self, stores: Sequence[int]) -> str:
        """The kernel with the stores of some of its tiles."""
        written = "\n".join(f"  store {self.known[i].name}, %o{i}[0, 0]" for i in stores)
        body = "\n".join(self.lines)
        return f"kernel @{self.name}({self.parameters(stores)}) {{\n{body}\n{written}\n  return\n}}\n"

    def parameters(self, stores: Sequence[int], suffix: str = "") -> str:
        """Its parameters: what may be loaded, and a tensor for each tile that is stored."""
        outputs = (
            f", %o{i}{suffix}: out tensor<{self.known[i].shape[0]}x{self.known[i].shape[1]}xfp32>" for i in stores
        )
        return ", ".join(map(_parameter, _TENSORS)) + "".join(outputs)

    def call(self, stores: Sequence[int], suffix: str = "") -> str:
        """The statement that runs it."""
        arguments = [f"%{name}" for name in _TENSORS] + [f"%o{i}{suffix}" for i in stores]
        return f"  call @{self.name}({', '.join(arguments)})\n"


def program(kernels: Sequence[UndefinedKernel], stores: Sequence[tuple[int, ...]]) -> str:
    """A program of the kernels, one after the other, and before them those that define a part of some tensors."""
    pairs = list(zip(kernels, stores, strict=True))
    parameters = list(map(_parameter, WHOLE))
    for kernel, some in pairs:
        parameters += kernel.parameters(some, f"_{kernel.seed}").split(", ")[len(_TENSORS) :]
    parts = "\n".join(_partly(name) for name in PARTLY)
    created = "".join(
        f"  %{name} = create_tensor shape=[{SIDE}, {SIDE}] dtype={_TENSORS[name]}{_parameter(name)[len(name) + 1 :]}\n"
        f"  call @part_{name}(%{source}, %{name})\n"
        for name, (source, _) in PARTLY.items()
    )
    calls = "".join(kernel.call(some, f"_{kernel.seed}") for kernel, some in pairs)
    bodies = "\n".join(kernel.kernel(some) for kernel, some in pairs)
    return (
        f"ptodsl-ir 1\nprogram @P\n\n{parts}\n{bodies}\n"
        f"orchestration @main({', '.join(parameters)}) {{\n{created}{calls}  return\n}}\n"
    )


def _partly(name: str) -> str:
    """The kernel that defines the first rows and columns of a tensor."""
    source, (rows, columns) = PARTLY[name]
    output = _parameter(name).replace(": ", ": out ", 1)
    return (
        f"kernel @part_{name}({_parameter(source)}, {output}) {{\n"
        f"  %t = load %{source}[0, 0] sizes=[{rows}, {columns}] : tile<{rows}x{columns}x{_TENSORS[name]}>\n"
        f"  store %t, %{name}[0, 0]\n  return\n}}\n"
    )
