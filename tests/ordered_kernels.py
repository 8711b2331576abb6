"""Kernels as text for the tests of synchronisation, ordered and looked at item by item."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from ptodsl.ir.nodes import Function, Op, Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.ir.rewrite import walk
from ptodsl.machine import A2A3, Architecture
from ptodsl.passes.insert_sync import InsertSync
from tests.oracle_sync import Oracle, without_item

HEAD = "ptodsl-ir 1\nprogram @P\n\n"


def kernel(parameters: str, *lines: str) -> str:
    """A program of one kernel that returns nothing."""
    return HEAD + "\n".join([f"kernel @k({parameters}) {{", *lines, "  return", "}", ""])


def ordered(text: str, architecture: Architecture = A2A3) -> Function:
    """The kernel of a text, ordered; the oracle finds nothing wrong with it, and no item to spare."""
    function = InsertSync().run(parse(text), architecture).functions[0]
    oracle = Oracle(architecture)
    assert list(oracle.problems(function)) == []
    for number in items_of(function):
        assert next(oracle.problems(without_item(function, number)), None), f"item {number} is spare"
    return function


def items_of(function: Function) -> dict[int, list[Op]]:
    """The statements of each item, in printed order."""
    items: dict[int, list[Op]] = defaultdict(list)
    for op in walk(function.body):
        if isinstance(op, Op) and isinstance(number := op.attributes.get("pair"), int):
            items[number].append(op)
    return items


KINDS = {1: "barrier", 2: "pair", 4: "back edge"}


def kinds(function: Function) -> dict[str, int]:
    """How many items there are of each kind: an item of one statement is a barrier, of two a pair."""
    return dict(Counter(KINDS[len(ops)] for ops in items_of(function).values()))


def flags(function: Function) -> Counter[str]:
    """How many pairs of flags there are between each two pipes, and barriers on each."""

    def label(op: Op) -> str:
        return str(op.attributes.get("pipe") or f"{op.attributes['source']}-{op.attributes['target']}")

    return Counter(label(ops[0]) for ops in items_of(function).values())


def body(function: Function) -> list[str]:
    """The statements of a kernel as text, without results, operands of transfers and types."""
    program = Program("P", (function,), function.span)
    lines = [line.strip() for line in print_program(program).splitlines()[4:]]
    return [re.sub(r"^%[^=]* = | : .*", "", line) for line in lines if line not in ("}", "")]


UB = "tile<16x64xfp32, ub, nd, @0x{:x}>"
SIZE = 16 * 64 * 4
ABC = "%a: tensor<16x64xfp32>, %b: tensor<16x64xfp32>, %c: out tensor<16x64xfp32>"


def ub(slot: int) -> str:
    """A tile of 4 KiB in UB."""
    return UB.format(slot * SIZE)


def load(name: str, tensor: str, slot: int, offset: str = "0") -> str:
    return f"%{name} = load %{tensor}[{offset}, 0] sizes=[16, 64] : {ub(slot)}"
