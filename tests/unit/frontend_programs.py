"""What the tests of the frontend share: cells of source, and IR as lines of text."""

from __future__ import annotations

import itertools
import linecache
from typing import Any

from ptodsl.ir.nodes import Program
from ptodsl.ir.printer import print_function, print_program

_NUMBERS = itertools.count()

HEADER = "import ptodsl.language as pl\n"
TENSOR = "pl.Tensor[[16, 64], pl.FP32]"


def keep(file: str, text: str) -> None:
    """Let `linecache` know a text, as a notebook does with its cells."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)


def run_cell(text: str, names: dict[str, Any] | None = None, *, known: bool = True) -> dict[str, Any]:
    """The names that a cell of source leaves, its text kept unless it shall not be known."""
    file = f"<cell {next(_NUMBERS)}>"
    if known:
        keep(file, text)
    found: dict[str, Any] = {} if names is None else names
    exec(compile(text, file, "exec", dont_inherit=True), found)
    return found


def kernel_of(body: str, parameters: str = "", result: str = "t", names: dict[str, Any] | None = None) -> Program:
    """The program of a kernel `k(a, <parameters>, c)` with `t` loaded from `a` and `result` stored to `c`."""
    lines = [f"def k(a: {TENSOR}, {parameters}c: {TENSOR}) -> {TENSOR}:", "    t = pl.load(a, [0, 0], [16, 64])"]
    lines += [f"    {line}" for line in body.splitlines()]
    lines.append(f"    return pl.store({result}, [0, 0], c)")
    cell = run_cell(HEADER + "@pl.function\n" + "\n".join(lines) + "\n", names)
    program = cell["k"].ir
    assert isinstance(program, Program)
    return program


def lines_of(program: Program, name: str = "k") -> list[str]:
    """The statements of a function as text, without the load of `t`, the last store and the return."""
    lines = [line.removeprefix("  ") for line in print_function(program.function(name)).splitlines()]
    return lines[2:-3]


def text_of(program: Program) -> str:
    """The whole program as text."""
    return print_program(program)
