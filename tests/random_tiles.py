"""Random vector kernels with loops, branches, views and columns: what buffers, copies and offsets are tried on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

Shape = tuple[int, int]
Named = tuple[str, Shape]

_SHAPES: tuple[Shape, ...] = ((16, 64), (8, 64), (16, 1), (1, 16), (4, 128))
_UNARY = ("exp", "recip", "neg", "rsqrt")
_BINARY = ("add", "mul", "sub", "maximum")
_DEPTH = 4


def _tile(shape: Shape) -> str:
    return f"tile<{shape[0]}x{shape[1]}xfp32>"


@dataclass
class RandomKernel:
    """The text of one kernel, grown statement by statement; the same for the same seed."""

    seed: int
    lines: list[str] = field(default_factory=list[str])
    outputs: set[Shape] = field(default_factory=set[Shape])
    count: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def text(self) -> str:
        """A program of the kernel and an orchestration that runs it."""
        known = [self._define(1, "load %x[0, 0] sizes=[16, 64]", (16, 64)) for _ in range(2)]
        self._block(1, known, self.random.randint(3, 14))
        for name, shape in self.random.sample(known, min(4, len(known))):
            self.outputs.add(shape)
            self._line(1, f"store {name}, %t{shape[0]}x{shape[1]}[0, 0]")
        parameters = ", ".join(
            [
                "%x: tensor<16x64xfp32>",
                *(f"%t{rows}x{columns}: out tensor<{rows}x{columns}xfp32>" for rows, columns in sorted(self.outputs)),
                "%f0: bool, %f1: bool, %n: index",
            ]
        )
        names = ", ".join(re.findall(r"%\w+(?=:)", parameters))
        body = "\n".join(self.lines)
        return (
            f"ptodsl-ir 1\nprogram @P\n\nkernel @k({parameters}) {{\n{body}\n  return\n}}\n\n"
            f"orchestration @main({parameters}) {{\n  call @k({names})\n  return\n}}\n"
        )

    def _line(self, depth: int, text: str) -> None:
        self.lines.append("  " * depth + text)

    def _name(self) -> str:
        self.count += 1
        return f"%v{self.count}"

    def _define(self, depth: int, text: str, shape: Shape) -> Named:
        name = self._name()
        self._line(depth, f"{name} = {text} : {_tile(shape)}")
        return name, shape

    def _any(self, known: list[Named], shape: Shape | None = None) -> Named:
        fitting = [named for named in known if shape in (None, named[1])]
        return self.random.choice(fitting[-6:] if self.random.random() < 0.7 else fitting)

    def _block(self, depth: int, known: list[Named], count: int) -> None:
        for _ in range(count):
            if depth < _DEPTH and self.random.random() < 0.25:
                self.random.choice((self._branch, self._loop))(depth, known)
            else:
                known.append(self._op(depth, known))

    def _op(self, depth: int, known: list[Named]) -> Named:
        """One statement without blocks."""
        name, shape = self._any(known)
        rows, columns = shape
        match self.random.randint(0, 7):
            case 0:
                new = self.random.choice(_SHAPES)
                return self._define(depth, f"full 1.5 shape=[{new[0]}, {new[1]}] dtype=fp32", new)
            case 1 if columns > 1:
                return self._define(depth, f"row_max {name}", (rows, 1))
            case 2 if columns > 1 and any(other == (rows, 1) for _, other in known):
                column, _ = self._any(known, (rows, 1))
                return self._define(depth, f"row_expand_mul {name}, {column}", shape)
            case 3 if rows > 1 and columns > 1:
                start = self.random.choice((0, 1, rows // 2))
                window = f"slice {name}[{start}, 0] sizes=[{rows // 2}, {columns}]"
                return self._define(depth, window, (rows // 2, columns))
            case 4:
                new = (columns, rows) if 1 in shape else (rows // 2, columns * 2)
                return self._define(depth, f"reshape {name} shape=[{new[0]}, {new[1]}]", new)
            case 5:
                return self._define(depth, f"{self.random.choice(_UNARY)} {name}", shape)
            case _:
                other, _ = self._any(known, shape)
                return self._define(depth, f"{self.random.choice(_BINARY)} {name}, {other}", shape)

    def _branch(self, depth: int, known: list[Named]) -> None:
        shapes = [self._any(known)[1] for _ in range(self.random.randint(1, 2))]
        for opening in (f"if %f{self.random.randint(0, 1)} {{", "} else {"):
            self._line(depth, opening)
            inner = list(known)
            self._block(depth + 1, inner, self.random.randint(0, 3))
            self._line(depth + 1, "yield " + ", ".join(self._any(inner, shape)[0] for shape in shapes))
        results = [(self._name(), shape) for shape in shapes]
        self._line(depth, "} -> (" + ", ".join(f"{name}: {_tile(shape)}" for name, shape in results) + ")")
        known += results

    def _loop(self, depth: int, known: list[Named]) -> None:
        """A loop whose yields often are carried values of other places: swaps and rotations."""
        initial = [self._any(known) for _ in range(self.random.randint(1, 3))]
        carried = [(self._name(), shape) for _, shape in initial]
        entries = ", ".join(
            f"{new} = {old}: {_tile(shape)}" for (new, shape), (old, _) in zip(carried, initial, strict=True)
        )
        self._line(depth, f"for {self._name()} = 0 to %n step 1 carry ({entries}) {{")
        inner = known + carried
        self._block(depth + 1, inner, self.random.randint(0, 5))
        yielded = [self._any(carried if self.random.random() < 0.4 else inner, shape)[0] for _, shape in carried]
        self._line(depth + 1, "yield " + ", ".join(yielded))
        results = [(self._name(), shape) for _, shape in carried]
        self._line(depth, "} -> (" + ", ".join(name for name, _ in results) + ")")
        known += results
