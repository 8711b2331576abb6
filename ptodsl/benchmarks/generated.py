"""Programs made from text for benchmarks, each under a file name of its own so that nothing of it is cached."""

from __future__ import annotations

import itertools
import linecache
from typing import Any

_numbers = itertools.count()


def program_from(text: str, name: str) -> Any:
    """The program of that name that a text defines, its text known to Python as that of a file would be."""
    file = f"<ptodsl benchmark {next(_numbers)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope: dict[str, Any] = {"__name__": file}
    try:
        exec(compile(text, file, "exec"), scope)
    finally:
        del linecache.cache[file]
    return scope[name]


_HEAD = """\
import ptodsl.language as pl

@pl.program
class {name}:
    @pl.function(type=pl.FunctionType.InCore)
    def kernel(self, {parameters}, y: pl.Out[{result}]) -> {result}:
"""

_FOOT = """
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, {parameters}, y: pl.Out[{result}]) -> {result}:
        return self.kernel({arguments}, y)
"""

_ROUND = """\
        x{n} = pl.load(x, [{row}, 0], [16, 64])
        s{n} = pl.maximum(x{n} * 0.5, x{n})
        e{n} = pl.exp(s{n} - x{n})
        y = pl.store(e{n} + s{n}, [{row}, 0], y)
"""
"""Four statements with a load and a store: all of the passes and verifiers have work in them."""

ROUND = 4
"""Statements of one round of straight code."""


def straight(statements: int) -> str:
    """The text of a program `Straight` whose kernel has that many statements, one after another."""
    rounds = statements // ROUND
    tensor = f"pl.Tensor[[{16 * rounds}, 64], pl.FP32]"
    words = {"name": "Straight", "parameters": f"x: {tensor}", "arguments": "x", "result": tensor}
    body = "".join(_ROUND.format(n=n, row=16 * n) for n in range(rounds))
    return _HEAD.format_map(words) + body + "        return y\n" + _FOOT.format_map(words)


_LOOP = """\
        for i{n} in pl.range({row}, {last}, 16):
            x{n} = pl.load(x, [i{n}, 0], [16, 64])
            if i{n} > {row}:
                x{n} = pl.maximum(x{n} * 0.5, x{n})
            e{n} = pl.exp(x{n})
            y = pl.store(e{n} + x{n}, [i{n}, 0], y)
"""
"""Six statements in and around a loop with a branch."""

LOOP = 6
"""Statements of one loop of looping code."""


def looping(statements: int) -> str:
    """The text of a program `Looping` whose kernel has that many statements, in loops one after another."""
    loops = statements // LOOP
    tensor = f"pl.Tensor[[{64 * loops}, 64], pl.FP32]"
    words = {"name": "Looping", "parameters": f"x: {tensor}", "arguments": "x", "result": tensor}
    body = "".join(_LOOP.format(n=n, row=64 * n, last=64 * n + 64) for n in range(loops))
    return _HEAD.format_map(words) + body + "        return y\n" + _FOOT.format_map(words)


def summing(arrays: int) -> str:
    """The text of a program `Summing` of that many arrays: all but the last are added up into the last."""
    tensor = "pl.Tensor[[1, 16], pl.FP32]"
    names = [f"x{index}" for index in range(arrays - 1)]
    words = {
        "name": "Summing",
        "parameters": ", ".join(f"{name}: {tensor}" for name in names),
        "arguments": ", ".join(names),
        "result": tensor,
    }
    total = " + ".join(f"pl.load({name}, [0, 0], [1, 16])" for name in names)
    return _HEAD.format_map(words) + f"        return pl.store({total}, [0, 0], y)\n" + _FOOT.format_map(words)


def product(size: int) -> str:
    """The text of a program `Product`: one FP32 tile times another, both size by size, into a tensor."""
    tensor = f"pl.Tensor[[{size}, {size}], pl.FP32]"
    words = {"name": "Product", "parameters": f"a: {tensor}, b: {tensor}", "arguments": "a, b", "result": tensor}
    window = f"[0, 0], [{size}, {size}]"
    body = f"        return pl.store(pl.matmul(pl.load(a, {window}), pl.load(b, {window})), [0, 0], y)\n"
    return _HEAD.format_map(words) + body + _FOOT.format_map(words)
