"""Random programs: what the frontend accepts means what Python means, and is sound IR."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

import ptodsl
from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.verify.structure import verify_structure
from tests.unit.frontend_programs import HEADER, TENSOR, run_cell, text_of

INTEGERS = ("k", "m", "p", "q")
TILES = ("x", "y", "z")
REFUSED = {"E0102", "E0119", "E0217"}
"""A path that does not assign a name; a division by zero among constants, or by a number that folds to it."""


class Writer:
    """Writes a random body of assignments, branches and loops over a few names."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._loops = 0

    def block(self, depth: int, indices: tuple[str, ...], indent: str) -> Iterator[str]:
        """Lines of a block, at least one."""
        for _ in range(self._random.randint(1, 4)):
            yield from self._statement(depth, indices, indent)

    def _statement(self, depth: int, indices: tuple[str, ...], indent: str) -> Iterator[str]:
        kind = self._random.random()
        if depth and kind < 0.2:
            yield from self._loop(depth, indices, indent)
        elif depth and kind < 0.5:
            yield from self._branch(depth, indices, indent)
        elif kind < 0.75:
            yield f"{indent}{self._random.choice(TILES)} = {self._tile()}"
        elif kind < 0.85:
            first, second = self._random.sample(TILES, 2)
            yield f"{indent}{first}, {second} = {second}, {first}"
        else:
            yield f"{indent}{self._random.choice(INTEGERS)} = {self._integer(indices)}"

    def _loop(self, depth: int, indices: tuple[str, ...], indent: str) -> Iterator[str]:
        self._loops += 1
        index = f"i{self._loops}"
        bounds = self._random.choice(("3", "n", "0, n", "n, 0, -1", "1, 6, 2", "n, n + 2"))
        yield f"{indent}for {index} in LOOP({bounds}):"
        yield from self.block(depth - 1, (*indices, index), indent + "    ")

    def _branch(self, depth: int, indices: tuple[str, ...], indent: str) -> Iterator[str]:
        yield f"{indent}if {self._condition(indices)}:"
        yield from self.block(depth - 1, indices, indent + "    ")
        if self._random.random() < 0.3:
            yield f"{indent}elif {self._condition(indices)}:"
            yield from self.block(depth - 1, indices, indent + "    ")
        if self._random.random() < 0.6:
            yield f"{indent}else:"
            yield from self.block(depth - 1, indices, indent + "    ")

    def _condition(self, indices: tuple[str, ...]) -> str:
        left, right, third = (self._integer(indices) for _ in range(3))
        return self._random.choice(
            (
                f"{left} < {right}",
                f"{left} == {right} or {third} > 1",
                f"not ({left} != {right} and {third} // ({third}) > {left})",
                f"0 <= {left} <= {right}",
                "True",
                left,
            )
        )

    def _integer(self, indices: tuple[str, ...]) -> str:
        name = self._random.choice((*INTEGERS, *indices, "n"))
        return self._random.choice(
            (name, "2", "0", f"{name} + 1", f"{name} % 3", f"{name} - n", f"(1 if {name} > 0 else {name})")
        )

    def _tile(self) -> str:
        name, other = self._random.choice(TILES), self._random.choice(TILES)
        return self._random.choice((f"{name} + 1.0", f"{name} * 0.5", f"2.0 - {name}", f"{name} + {other}", name))


def source(seed: int) -> str:
    """A function body that starts with `x`, `k` and `m` and ends with `x`, `y` or `z`."""
    lines = ["x = START", "k = 1", "m = n", "p = 2 - n", "q = k", "if n < 2:", "    y = x", "else:", "    y = x * 2.0"]
    lines += ["z = y - x"] if seed % 4 else []
    writer = Writer(seed)
    lines += [line for _ in range(3) for line in writer.block(3, (), "")]
    return "".join(f"    {line}\n" for line in lines)


def python_of(body: str, result: str, n: int) -> np.float32:
    """What Python makes of it, a FP32 number for a tile."""
    text = "def run(n, x):\n" + body.replace("START", "x").replace("LOOP", "range") + f"    return {result}\n"
    with np.errstate(all="ignore"):
        given: np.float32 = run_cell(text)["run"](n, np.float32(0.0))
    return given


def accepted(text: str) -> Program | None:
    """The program of `k`; None where it is refused for what random programs may do."""
    try:
        program = run_cell(text)["k"].ir
    except PtoError as error:
        if {diagnostic.code for diagnostic in error.diagnostics} <= REFUSED:
            return None
        raise
    assert isinstance(program, Program)
    return program


@pytest.mark.parametrize("seed", range(80))
def test_what_is_accepted_means_what_python_means(seed: int) -> None:
    body, result = source(seed), random.Random(seed).choice(TILES)
    head = f"@pl.function\ndef k(a: {TENSOR}, n: pl.Scalar[pl.INDEX], c: {TENSOR}) -> {TENSOR}:\n"
    start, loop = "pl.load(a, [0, 0], [16, 64])", "pl.range"
    text = head + body.replace("START", start).replace("LOOP", loop) + f"    return pl.store({result}, [0, 0], c)\n"
    program = accepted(HEADER + text)
    if program is None:
        return
    verify_structure(program, "check_outputs")
    assert text_of(parse(text_of(program))) == text_of(program)
    a = np.zeros((16, 64), np.float32)
    for n in (0, 1, 4):
        try:
            expected = python_of(body, result, n)
        except ZeroDivisionError:
            with pytest.raises(PtoError, match="not defined for integers"):
                ptodsl.interpret(program, a, n)
            continue
        given = np.asarray(ptodsl.interpret(program, a, n))
        assert np.array_equal(given, np.full_like(a, expected), equal_nan=True), text
