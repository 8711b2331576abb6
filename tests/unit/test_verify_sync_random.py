"""verify_sync against an exact judge, on random kernels."""

from __future__ import annotations

import random

import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.hardware import Core
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.machine import A2A3, A5, Architecture
from ptodsl.verify.sync import verify_sync
from tests.enumerate_sync import judge

SLOTS = (0x0, 0x100, 0x180, 0x300)
"""The second and the third overlap."""
TILE = "tile<1x64xfp32, ub, nd, @0x{:x}>"
PIPE = {"load": "mte2", "store": "mte3", "exp": "v", "add": "v", "adds": "v"}
MOVERS = ("mte2", "v", "mte3")


class _Generator:
    """Writes one random vector kernel: instructions on four tiles and one tensor, flags, barriers, branches, loops."""

    def __init__(self, seed: int, architecture: Architecture) -> None:
        self.random = random.Random(seed)
        self.barriers = {pipe.value for pipe in architecture.cores[Core.VECTOR].barriers}
        self.lines: list[str] = []
        self.names = 0
        self.indices: list[str] = []
        self.previous = "mte2"
        self.diligence = self.random.choice((0.5, 0.8, 0.95))

    def text(self) -> str:
        self.lines = [f"  %t{i} = create_tile shape=[1, 64] dtype=fp32 : {TILE.format(o)}" for i, o in enumerate(SLOTS)]
        self.block(2, self.random.randint(1, 4))
        if self.random.random() < 0.97:
            self.lines.append("  pipe_barrier all")
        body = "\n".join(self.lines)
        return (
            "ptodsl-ir 1\nprogram @P\n\n"
            "kernel @k(%x: inout tensor<64x128xfp32>, %n: index, %c: bool) -> (tensor<64x128xfp32>) {\n"
            f"{body}\n  return %x\n}}\n"
        )

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
                self.instruction()

    def loop(self, depth: int) -> None:
        self.names += 1
        index = f"%i{self.names}"
        primed = self.random.random() < 0.5
        a, b = self.random.sample(MOVERS, 2)
        flag = f"{a}, {b}, {self.random.randint(4, 5)}"
        if primed:
            self.lines.append(f"set_flag {flag}")
        self.lines.append(f"for {index} = 0 to 4 step {self.random.choice((1, 2))} {{")
        self.indices.append(index)
        if self.random.random() < 0.3:
            self.lines.append("pipe_barrier all")
        if primed:
            self.lines.append(f"wait_flag {flag}")
        self.block(depth - 1, self.random.randint(1, 3))
        if primed:
            self.lines.append(f"set_flag {flag}")
        self.indices.pop()
        self.lines.append("}")
        if primed and self.random.random() < 0.9:
            self.lines.append(f"wait_flag {flag}")

    def branch(self, depth: int) -> None:
        self.lines.append("if %c {")
        self.block(depth - 1, self.random.randint(0, 2))
        self.lines.append("} else {")
        self.block(depth - 1, self.random.randint(0, 2))
        self.lines.append("}")

    def sync(self) -> None:
        pipe, other = self.random.sample(MOVERS, 2)
        flag = f"{pipe}, {other}, {self.random.randint(1, 2)}"
        choice = self.random.choice(("barrier", "all", "pair", "set", "wait", "stall"))
        self.lines += {
            "barrier": [f"pipe_barrier {pipe if pipe in self.barriers else 'all'}"],
            "all": ["pipe_barrier all"],
            "pair": [f"set_flag {flag}", f"wait_flag {flag}"],
            "set": [f"set_flag {flag}"],
            "wait": [f"wait_flag {flag}"],
            "stall": [f"set_flag {pipe}, s, 1", f"wait_flag {pipe}, s, 1"],
        }[choice if self.random.random() < 0.2 else "pair"]

    def order(self, pipe: str) -> None:
        """Often, what a careful author puts between two neighbours."""
        if self.random.random() > self.diligence:
            return
        if pipe == self.previous:
            self.lines += [f"pipe_barrier {pipe}"] if pipe in self.barriers else []
        elif self.random.random() < 0.5:
            self.lines += [f"set_flag {self.previous}, {pipe}, 3", f"wait_flag {self.previous}, {pipe}, 3"]
        else:
            self.lines.append("pipe_barrier all")

    def instruction(self) -> None:
        name = self.random.choice(tuple(PIPE))
        self.order(PIPE[name])
        self.previous = PIPE[name]
        self.names += 1
        tiles = [f"%t{self.random.randrange(4)}" for _ in range(2)]
        result = f"%r{self.names}"
        type_ = TILE.format(self.random.choice(SLOTS))
        match name:
            case "load":
                self.lines.append(f"{result} = load %x[{self.row()}, {self.column()}] sizes=[1, 64] : {type_}")
            case "store":
                atomic = " atomic=true" if self.random.random() < 0.3 else ""
                self.lines.append(f"store {tiles[0]}, %x[{self.row()}, {self.column()}] sizes=[1, 64]{atomic}")
            case "exp":
                self.lines.append(f"{result} = exp {tiles[0]} : {type_}")
            case "adds":
                self.lines.append(f"{result} = adds {tiles[0]}, 1.0 : {type_}")
            case _:
                self.lines.append(f"{result} = add {tiles[0]}, {tiles[1]} : {type_}")

    def column(self) -> str:
        """Mostly one of two halves."""
        return self.random.choices(("0", "64", "%n", *self.indices[-1:]), (6, 3, 1, 1)[: 3 + len(self.indices[-1:])])[0]

    def row(self) -> str:
        """A constant, a parameter, or a linear form in a loop index."""
        kind = self.random.random()
        if kind < 0.4:
            return str(self.random.randrange(3))
        if kind < 0.55 or not self.indices:
            return "%n"
        index = self.random.choice(self.indices)
        if kind < 0.75:
            return index
        self.names += 1
        name = f"%e{self.names}"
        rule = self.random.choice((f"scalar.add {index}, 1", f"scalar.mul {index}, 2", f"scalar.add {index}, %n"))
        self.lines.append(f"{name} = {rule} : index")
        return name


def _accepts(program: Program, architecture: Architecture) -> bool:
    try:
        verify_sync(program, architecture)
    except PtoError:
        return False
    return True


@pytest.mark.parametrize("architecture", [A2A3, A5], ids=lambda architecture: architecture.name)
@pytest.mark.parametrize("start", [0, 1000])
def test_no_kernel_is_accepted_that_the_judge_refuses(start: int, architecture: Architecture) -> None:
    accepted = refused = too_strict = 0
    for seed in range(start, start + 80):
        text = _Generator(seed, architecture).text()
        program = parse(text)
        judgement = judge(program.functions[0], v_in_order=architecture is A5, limit=400)
        accepts = _accepts(program, architecture)
        assert not (accepts and judgement.mistakes), f"{set(judgement.mistakes)} not found:\n{text}"
        accepted += accepts
        refused += not accepts
        too_strict += judgement.complete and not accepts and not judgement.mistakes
    assert accepted >= 20
    assert refused >= 20
    assert too_strict <= 4, "more is refused than windows that only seem to meet explain"
