"""Deep nesting: what grows with the depth, and that it grows no faster than a few powers of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import ptodsl
from ptodsl import pipeline
from ptodsl.errors import PtoError
from ptodsl.ir.assembly import MAX_DEPTH, MAX_LOOPS
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.machine import ARCHITECTURES
from tests.growth import calls_of

HEAD = "ptodsl-ir 1\nprogram @P\n\nkernel @k(%a: inout tensor<8x8xfp32>, %n: index, %flag: bool) {\n"
TILE = "tile<8x8xfp32>"
LOAD = "%{0} = load %a[0, 0] sizes=[8, 8] : " + TILE + "\n"
TAIL = """return
}
orchestration @main(%a: inout tensor<8x8xfp32>, %n: index, %flag: bool) {
call @k(%a, %n, %flag)
return
}
"""


def loops_over_memory(depth: int) -> str:
    """Loops in loops, each of which takes a tensor through its tiles before and after the next one."""
    through = LOAD + "%{1} = neg %{0} : " + TILE + "\nstore %{1}, %a[0, 0]\n"
    opened = "".join(
        f"for %i{i} = 0 to %n step 1 {{\n{through.format(f'before{i}', f'ahead{i}')}" for i in range(depth)
    )
    return HEAD + opened + "".join(through.format(f"after{i}", f"behind{i}") + "}\n" for i in range(depth)) + TAIL


def loops_that_carry(depth: int) -> str:
    """Loops in loops that hand one tile down and up again."""
    lines = [LOAD.format("given")]
    for i in range(depth):
        outer = f"down{i - 1}" if i else "given"
        lines.append(f"for %i{i} = 0 to %n step 1 carry (%x{i} = %{outer}: {TILE}) {{\n%down{i} = neg %x{i} : {TILE}\n")
    lines.append(f"%last = neg %down{depth - 1} : {TILE}\nyield %last\n}} -> (%up{depth - 1})\n")
    lines += (
        f"%both{i} = add %up{i + 1}, %x{i} : {TILE}\nyield %both{i}\n}} -> (%up{i})\n"
        for i in reversed(range(depth - 1))
    )
    return HEAD + "".join(lines) + "store %up0, %a[0, 0]\n" + TAIL


def branches(depth: int) -> str:
    """Branches in branches, on either side."""
    opened = "if %flag {\n" + "store %t, %a[0, 0]\n" + "} else {\nif %flag {\n"
    return HEAD + LOAD.format("t") + opened * (depth // 2) + "store %t, %a[0, 0]\n" + "}\n}\n" * (depth // 2) + TAIL


NESTS = {"memory": loops_over_memory, "carried": loops_that_carry, "branches": branches}


def placed(program: Program) -> Program:
    """The program after every pass and verifier."""
    return pipeline.place(program, ARCHITECTURES["a2a3"])


@pytest.mark.parametrize("nest", NESTS.values(), ids=NESTS)
def test_work_does_not_double_with_each_level(nest: Callable[[int], str]) -> None:
    """Eight levels more cost a few times as much, not 2 ** 8 times."""
    short, long = parse(nest(8)), parse(nest(16))
    placed(short)
    assert calls_of(lambda: placed(long)) < 12 * calls_of(lambda: placed(short))


@pytest.mark.parametrize(("nest", "depth"), [(loops_that_carry, MAX_LOOPS - 1), (branches, MAX_DEPTH - 2)])
def test_the_deepest_nest_that_is_read_goes_all_the_way(nest: Callable[[int], str], depth: int) -> None:
    program = parse(nest(depth))
    end = placed(program)
    assert print_program(parse(print_program(end))) == print_program(end)
    assert ptodsl.emit(program)
    a: Any = np.random.default_rng(0).standard_normal((8, 8)).astype(np.float32)
    given = a.copy()
    ptodsl.interpret(program, given, 1, True)
    assert nest is loops_that_carry or np.array_equal(given, a)


@pytest.mark.parametrize("depth", [MAX_LOOPS, 2000])
@pytest.mark.parametrize("nest", [loops_that_carry, loops_over_memory])
def test_more_loops_in_loops_are_refused(nest: Callable[[int], str], depth: int) -> None:
    with pytest.raises(PtoError, match=f"loops are nested deeper than {MAX_LOOPS}") as caught:
        parse(nest(depth))
    assert caught.value.diagnostics[0].code == "E0159"
