"""Random kernels with flags and barriers, most of them nearly right, as IR text."""

from __future__ import annotations

import random

import pytest

from ptodsl.ir.hardware import Core, Pipe
from ptodsl.machine import Architecture

_HEAD = """ptodsl-ir 1
program @P

kernel @k(%x: inout tensor<64x128xfp32>, %y: inout tensor<64x128xfp32>, %n: index, %c: bool) -> (tensor<64x128xfp32>) {
"""


def random_kernels(request: pytest.FixtureRequest) -> int:
    """How many kernels a test is to try."""
    option = request.config.getoption("--random-kernels")
    assert isinstance(option, int)
    return option


class Generator:
    """Writes one kernel: instructions on a few tiles and one tensor, flags, barriers, branches, loops."""

    core: Core
    pipes: tuple[str, ...]
    """Those that the instructions run on."""

    def __init__(self, seed: int, architecture: Architecture, size: int = 4) -> None:
        """`size` is the most statements at the top."""
        self.random = random.Random(seed)
        self.size = size
        core = architecture.cores[self.core]
        self.barriers = {pipe.value for pipe in core.barriers}
        self.pairs = sorted((a.value, b.value) for a, b in core.pairs if Pipe.S not in (a, b))
        self.pairs = [pair for pair in self.pairs if {*pair} <= {*self.pipes}]
        self.lines: list[str] = []
        self.names = 0
        self.indices: list[str] = []
        self.previous = self.pipes[0]
        self.diligence = self.random.choice((0.5, 0.8, 0.95))

    def tiles(self) -> list[str]:
        """Statements that make the tiles to read."""
        raise NotImplementedError

    def instruction(self) -> tuple[str, str]:
        """A random instruction, and its pipe."""
        raise NotImplementedError

    def text(self) -> str:
        """The program."""
        self.lines = self.tiles()
        self.block(2, self.random.randint(1, self.size))
        if self.random.random() < 0.97:
            self.lines.append("pipe_barrier all")
        return _HEAD + "\n".join(self.lines) + "\nreturn %x\n}\n"

    def without_order(self) -> str:
        """The program before anyone orders it."""
        lines = self.text().splitlines(keepends=True)
        return "".join(line for line in lines if "_flag" not in line and "pipe_barrier" not in line)

    def name(self) -> str:
        """A name that is not taken."""
        self.names += 1
        return f"%v{self.names}"

    def block(self, depth: int, statements: int) -> None:
        for _ in range(statements):
            kind = self.random.random()
            if depth and kind < 0.18:
                self.loop(depth)
            elif depth and kind < 0.32:
                self.branch(depth)
            elif kind < 0.42:
                self.sync()
            else:
                self.add_instruction()

    def add_instruction(self) -> None:
        """An instruction and, often, what a careful author puts between neighbours."""
        lines = self.lines
        self.lines = []
        text, pipe = self.instruction()
        before, self.lines = self.lines, lines
        if self.random.random() < self.diligence:
            self.lines += self.order(self.previous, pipe)
        self.lines += [*before, text]
        self.previous = pipe

    def order(self, source: str, target: str) -> list[str]:
        if source == target:
            return [f"pipe_barrier {source}" if source in self.barriers else "pipe_barrier all"]
        if (source, target) in self.pairs and self.random.random() < 0.5:
            return [f"set_flag {source}, {target}, 3", f"wait_flag {source}, {target}, 3"]
        return ["pipe_barrier all"]

    def loop(self, depth: int) -> None:
        """A loop, half of the time with a token that stays pending across it."""
        index = self.name()
        source, target = self.random.choice(self.pairs)
        flag = f"{source}, {target}, {self.random.randint(4, 5)}"
        primed = self.random.random() < 0.5
        self.lines += [f"set_flag {flag}"] * primed
        self.lines.append(f"for {index} = 0 to 4 step {self.random.choice((1, 2))} {{")
        self.indices.append(index)
        self.lines += ["pipe_barrier all"] * (self.random.random() < 0.3) + [f"wait_flag {flag}"] * primed
        self.block(depth - 1, self.random.randint(1, 3))
        self.indices.pop()
        self.lines += [f"set_flag {flag}"] * primed + ["}"]
        self.lines += [f"wait_flag {flag}"] * (primed and self.random.random() < 0.9)

    def branch(self, depth: int) -> None:
        for head in ("if %c {", "} else {"):
            self.lines.append(head)
            self.block(depth - 1, self.random.randint(0, 2))
        self.lines.append("}")

    def sync(self) -> None:
        """A flag or a barrier somewhere, mostly whole."""
        source, target = self.random.choice(self.pairs)
        flag = f"{source}, {target}, {self.random.randint(1, 2)}"
        both = [f"set_flag {flag}", f"wait_flag {flag}"]
        stall = [f"set_flag {source}, s, 1", f"wait_flag {source}, s, 1"]
        odd = (both[:1], both[1:], stall, self.order(source, source), ["pipe_barrier all"])
        self.lines += self.random.choice(odd) if self.random.random() < 0.2 else both

    def window(self) -> str:
        """Offsets into the tensor: constants, a parameter, linear forms in loop indices."""
        return f"%x[{self.row()}, {self.column()}]"

    def column(self) -> str:
        """Mostly one of two halves."""
        choices = ["0", "0", "0", "64", "64", "%n", *self.indices[-1:]]
        return self.random.choice(choices)

    def row(self) -> str:
        kind = self.random.random()
        if kind < 0.4:
            return str(self.random.randrange(3))
        if kind < 0.55 or not self.indices:
            return "%n"
        index = self.random.choice(self.indices)
        if kind < 0.75:
            return index
        name = self.name()
        rule = self.random.choice((f"scalar.add {index}, 1", f"scalar.mul {index}, 2", f"scalar.add {index}, %n"))
        self.lines.append(f"{name} = {rule} : index")
        return name


class Vector(Generator):
    """On four tiles in UB, the second and the third of which overlap."""

    core = Core.VECTOR
    pipes: tuple[str, ...] = ("mte2", "v", "mte3")
    types: tuple[str, ...] = tuple(f"tile<1x64xfp32, ub, nd, @0x{offset:x}>" for offset in (0x0, 0x100, 0x180, 0x300))

    def tiles(self) -> list[str]:
        return [f"%t{i} = create_tile shape=[1, 64] dtype=fp32 : {type_}" for i, type_ in enumerate(self.types)]

    def instruction(self) -> tuple[str, str]:
        a, b = (f"%t{self.random.randrange(4)}" for _ in range(2))
        result = f"{self.name()} = {{}} : {self.random.choice(self.types)}"
        atomic = " atomic=true" if self.random.random() < 0.3 else ""
        return self.random.choice(
            (
                (result.format(f"load {self.window()} sizes=[1, 64]"), "mte2"),
                (f"store {a}, {self.window()} sizes=[1, 64]{atomic}", "mte3"),
                (result.format(f"exp {a}"), "v"),
                (result.format(f"adds {a}, 1.0"), "v"),
                (result.format(f"add {a}, {b}"), "v"),
            )
        )


class Cube(Generator):
    """On two tiles in L1, two left and one right factor, a small and a large accumulator that overlap."""

    core = Core.CUBE
    pipes = ("mte2", "mte1", "m", "fix")

    def __init__(self, seed: int, architecture: Architecture, size: int = 4) -> None:
        super().__init__(seed, architecture, size)
        left = architecture.left_layout.value
        self.staged = [f"tile<16x16xfp32, l1, nz, @0x{offset:x}>" for offset in (0x0, 0x400)]
        self.lefts = [f"tile<16x16xfp32, l0a, {left}, @0x{offset:x}>" for offset in (0x0, 0x400)]
        self.right = "tile<16x16xfp32, l0b, zn, @0x0>"
        self.accumulators = ["tile<16x16xfp32, l0c, nz, @0x400>", "tile<64x64xfp32, l0c, nz, @0x0>"]

    def tiles(self) -> list[str]:
        kinds = {"s": self.staged, "l": self.lefts, "r": [self.right], "p": self.accumulators}
        return [
            f"%{kind}{i} = create_tile shape=[16, 16] dtype=fp32 : {type_}"
            for kind, types in kinds.items()
            for i, type_ in enumerate(types)
        ]

    def instruction(self) -> tuple[str, str]:
        one = self.random.randrange(2)
        name, left, into = self.name(), f"%l{self.random.randrange(2)}", self.accumulators[one]
        return self.random.choice(
            (
                (f"{name} = load {self.window()} sizes=[16, 16] : {self.staged[one]}", "mte2"),
                (f"{name} = move %s{one} : {self.random.choice(self.lefts)}", "mte1"),
                (f"{name} = move %s{one} : {self.right}", "mte1"),
                (f"{name} = matmul {left}, %r0 : {into}", "m"),
                (f"{name} = matmul_acc %p{one}, {left}, %r0 : {into}", "m"),
                (f"store %p{one}, {self.window()} sizes=[16, 16]", "fix"),
            )
        )


class Mixed(Vector):
    """On a dozen tiles in UB, with views, columns, temporaries given and hidden, scalar access, and two tensors.

    Which tensor, and where in it, may hang on branches and on what loops carry; loops count up and down.
    """

    pipes: tuple[str, ...] = ("mte2", "v", "mte3", "s")
    starts: tuple[int, ...] = (0x0, 0x100, 0x180, *range(0x300, 0xC00, 0x100))
    types = tuple(f"tile<4x16xfp32, ub, nd, @0x{offset:x}>" for offset in starts)
    columns = tuple(f"tile<4x1xfp32, ub, dn, @0x{offset:x}>" for offset in (0x0, 0x120, 0xC00))

    def __init__(self, seed: int, architecture: Architecture, size: int = 4) -> None:
        super().__init__(seed, architecture, size)
        self.pairs = sorted((a.value, b.value) for a, b in architecture.cores[self.core].pairs)
        self.tensors: list[str] = ["%x", "%x", "%y"]
        self.offsets: list[str] = ["%n"]

    def tiles(self) -> list[str]:
        return [
            *(f"%t{i} = create_tile shape=[4, 16] dtype=fp32 : {type_}" for i, type_ in enumerate(self.types)),
            *(f"%c{i} = create_tile shape=[4, 1] dtype=fp32 : {type_}" for i, type_ in enumerate(self.columns)),
        ]

    def instruction(self) -> tuple[str, str]:
        number, other = (self.random.randrange(len(self.starts)) for _ in range(2))
        a, b = f"%t{number}", f"%t{other}"
        result = f"{self.name()} = {{}} : {self.random.choice(self.types)}"
        column = f"{self.name()} = {{}} : {self.random.choice(self.columns)}"
        window = f"{self.window()} sizes=[4, 16]"
        half = self.half(a, self.starts[number])
        return self.random.choice(
            (
                (result.format(f"load {window}"), "mte2"),
                (result.format(f"load {window}"), "mte2"),
                (f"store {a}, {self.window()} sizes=[4, 16]", "mte3"),
                (f"store {a}, {window}{self.random.choice(('', '', ' atomic=true'))}", "mte3"),
                (f"store {half}, {self.window()} sizes=[2, 16]", "mte3"),
                (f"{self.name()} = exp {half} : tile<2x16xfp32, ub, nd, @0x{self.starts[number] + 64:x}>", "v"),
                (result.format(f"add {a}, {b}"), "v"),
                (column.format(f"row_sum {a}, {b}"), "v"),
                *[(result.format(f"row_expand_mul {a}, %c{self.random.randrange(3)}"), "v")] * 3,
                (result.format(f"extract {a}[{self.row()}, 0] sizes=[4, 16]"), "v"),
                (f"{self.name()} = test.get_value {a} : fp32", "s"),
                (result.format("test.set_value %n"), "s"),
            )
        )

    def half(self, tile: str, start: int) -> str:
        """A view of the second half of a tile, or of the first."""
        name, row = self.name(), self.random.choice((0, 2))
        self.lines.append(
            f"{name} = slice {tile}[{row}, 0] sizes=[2, 16] : tile<2x16xfp32, ub, nd, @0x{start + 64 * row:x}>"
        )
        return name

    def window(self) -> str:
        """A window of one of the tensors; a tensor may be one of the two."""
        return f"{self.random.choice(self.tensors)}[{self.row()}, {self.column()}]"

    def row(self) -> str:
        kind = self.random.random()
        if kind < 0.25:
            return str(self.random.randrange(0, 12, 2))
        if kind < 0.6 or not self.indices:
            return self.random.choice(self.offsets[-3:])
        index, name = self.random.choice(self.indices), self.name()
        rules = (
            "scalar.mul {}, 4",
            "scalar.mul {}, -4",
            "scalar.sub 8, {}",
            "scalar.add {}, %n",
            "scalar.floordiv {}, 2",
        )
        self.lines.append(f"{name} = {self.random.choice(rules).format(index)} : index")
        if self.random.random() < 0.4:
            name, inner = self.name(), name
            self.lines.append(f"{name} = scalar.add {inner}, {self.random.choice((2, 4, 8))} : index")
            self.offsets.append(self.random.choice((inner, name)))
        return name

    def column(self) -> str:
        return self.random.choice(("0", "0", "0", "16", "64", *self.indices[-1:]))

    def loop(self, depth: int) -> None:
        """A loop that carries an offset and a tensor, and half of the time a token that stays pending across it."""
        index, offset, tensor, moved, end, left = (self.name() for _ in range(6))
        source, target = self.random.choice(self.pairs)
        flag = f"{source}, {target}, {self.random.choice((0, 4, 5))}"
        primed = self.random.random() < 0.4
        bounds = self.random.choice(
            ("0 to 4 step 1", "0 to 8 step 4", "8 to 0 step -1", "16 to 0 step -4", "0 to %n step %n")
        )
        tensors = self.random.choices(("%x", "%y"), k=2)
        self.lines += [f"set_flag {flag}"] * primed
        carried = f"{offset} = {self.random.choice(('0', '4', '%n'))}: index, {tensor} = {tensors[0]}: {_TENSOR}"
        self.lines.append(f"for {index} = {bounds} carry ({carried}) {{")
        outer = self.tensors[:], self.offsets[:]
        self.tensors.append(tensor)
        self.offsets.append(offset)
        self.indices.append(index)
        self.lines += ["pipe_barrier all"] * (self.random.random() < 0.3) + [f"wait_flag {flag}"] * primed
        self.block(depth - 1, self.random.randint(1, 3))
        self.indices.pop()
        self.tensors, self.offsets = outer
        self.lines += [f"set_flag {flag}"] * primed
        self.lines.append(f"{moved} = scalar.add {offset}, {self.random.choice((2, 4, 8))} : index")
        self.lines += [f"yield {moved}, {self.random.choice((tensor, tensors[1]))}", f"}} -> ({end}, {left})"]
        self.lines += [f"wait_flag {flag}"] * (primed and self.random.random() < 0.9)
        self.tensors.append(left)
        self.offsets.append(end)

    def branch(self, depth: int) -> None:
        """A branch that chooses a tensor."""
        chosen = self.name()
        for head in ("if %c {", "} else {"):
            self.lines.append(head)
            outer = self.tensors[:], self.offsets[:]
            self.block(depth - 1, self.random.randint(0, 2))
            self.tensors, self.offsets = outer
            self.lines.append(f"yield {self.random.choice(self.tensors)}")
        self.lines.append(f"}} -> ({chosen}: {_TENSOR})")
        self.tensors.append(chosen)


class Windows(Mixed):
    """Transfers alone, each with a tile of its own: what conflicts are windows of two tensors."""

    pipes = ("mte2", "mte3")
    starts = tuple(range(0x0, 0x4000, 0x100))
    types = tuple(f"tile<4x16xfp32, ub, nd, @0x{offset:x}>" for offset in starts)

    def instruction(self) -> tuple[str, str]:
        tile = self.names % len(self.starts)
        window = f"{self.window()} sizes=[4, 16]"
        if self.random.random() < 0.5:
            return f"{self.name()} = load {window} : {self.types[tile]}", "mte2"
        return f"store %t{tile}, {window}", "mte3"

    def column(self) -> str:
        return "0"

    def row(self) -> str:
        """Mostly a few rows on from where the innermost loop is."""
        if not self.indices or self.random.random() < 0.4:
            return super().row()
        scaled, name = self.name(), self.name()
        self.lines.append(f"{scaled} = scalar.mul {self.indices[-1]}, {self.random.choice((4, 4, 4, -4, 2))} : index")
        self.lines.append(f"{name} = scalar.add {scaled}, {self.random.choice((0, 4, 8, 16))} : index")
        return name


_TENSOR = "tensor<64x128xfp32>"
