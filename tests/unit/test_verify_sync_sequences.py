"""The short instruction sequences whose verdicts are known, as IR with `pipe_barrier all` at the end.

A verdict is a list of codes: E0501 an unordered conflict, E0502 a wait without a token, and so on; empty for a kernel
that is right. W codes are notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from ptodsl.errors import PtoError
from ptodsl.ir.nodes import Block, Op, Program, Statement
from ptodsl.machine import A2A3, A5, ARCHITECTURES, Architecture
from ptodsl.verify.sync import verify_sync
from tests.placed import program, sync_codes, ub
from tests.scalar_access import scalar_access

A, B, C, T = (ub(0x1000 * i) for i in range(4))
COLUMN = "tile<16x1xfp32, ub, dn, @0x2000>"
LEFT = "tile<16x16xfp16, l0a, {left}, @0x{at:x}>"
L0B = "tile<16x16xfp16, l0b, zn, @0x0>"
L1 = "tile<16x16xfp16, l1, nz, @0x0>"
ACC = "tile<16x16xfp32, l0c, nz, @0x0>"
LONG_LEFT = "tile<128x16xfp16, l0a, {left}, @0x0>"
LONG_L0B = "tile<16x256xfp16, l0b, zn, @0x0>"
LONG_ACC = "tile<128x256xfp32, l0c, nz, @0x0>"
SOME_ACC = "tile<128x256xfp32, l0c, nz, valid ?x128, @0x0>"

LOAD_A = f"%a = load %h[0, 0] sizes=[16, 64] : {A}\n"
MADE_A = f"%a = create_tile shape=[16, 64] dtype=fp32 : {A}\n"
ADD = f"%b = add %a, %a : {B}\n"
FACTORS = f"""
%l = create_tile shape=[16, 16] dtype=fp16 : {LEFT.format(left="{left}", at=0)}
%r = create_tile shape=[16, 16] dtype=fp16 : {L0B}
"""
LONG_FACTORS = f"""
%l = create_tile shape=[128, 16] dtype=fp16 : {LONG_LEFT}
%r = create_tile shape=[16, 256] dtype=fp16 : {LONG_L0B}
"""


def order(source: str, target: str, event: int = 1) -> str:
    """A set and its wait."""
    flag = f"{source}, {target}, {event}"
    return f"set_flag {flag}\nwait_flag {flag}\n"


ROUND_TRIP = f"""
wait_flag v, mte2, 0
%a = load %h[0, 0] sizes=[16, 64] : {A}
{order("mte2", "v", 0)}
%b = add %a, %a : {B}
set_flag v, mte2, 0
"""
PRIME, DRAIN = "set_flag v, mte2, 0\n", "wait_flag v, mte2, 0\n"


def loop(body: str) -> str:
    """The body for a number of iterations that only run time knows."""
    return f"for %i = 0 to %n step 1 {{\n{body}\n}}\n"


@dataclass(frozen=True)
class Case:
    """A sequence, and the codes on A2/A3 and on A5 (as on A2/A3 if left out)."""

    name: str
    body: str
    a2a3: tuple[str, ...] = ()
    a5: tuple[str, ...] | None = None
    relaxed: tuple[str, ...] | None = None
    """The codes on A2/A3 for code that others wrote; as for our own if left out."""


RACE = ("E0501",)
SETVALUE = f"%s = test.set_value %a : {A}\n"

CASES = (
    Case("1: vector op on what is being loaded", LOAD_A + ADD, RACE),
    Case(
        "2: load, flag, add, flag, store",
        LOAD_A + order("mte2", "v") + ADD + order("v", "mte3", 0) + "store %b, %g[0, 0]",
    ),
    Case(
        "2: the same with id 0, which A2/A3 library instructions use inside",
        LOAD_A + order("mte2", "v", 0) + ADD + order("v", "mte3", 0) + "store %b, %g[0, 0]",
        ("W0502",),
        (),
    ),
    Case("3: a barrier orders one pipe only", LOAD_A + "pipe_barrier mte2\n" + ADD, RACE),
    Case("3: a barrier of all pipes", LOAD_A + "pipe_barrier all\n" + ADD),
    Case(
        "4: row sum of a sum",
        MADE_A + ADD + f"%t = create_tile shape=[16, 64] dtype=fp32 : {T}\n%c2 = row_sum %b, %t : {COLUMN}",
        RACE,
        (),
    ),
    Case(
        "4: with a barrier, which A5 does not take",
        MADE_A
        + ADD
        + f"pipe_barrier v\n%t = create_tile shape=[16, 64] dtype=fp32 : {T}\n%c2 = row_sum %b, %t : {COLUMN}",
        (),
        ("E0509",),
    ),
    Case("5: elementwise chain in one window", MADE_A + ADD + f"%d = muls %b, 2.0 : {B}", RACE, (), ("W0503",)),
    Case("5: elementwise chain, shifted window", MADE_A + ADD + f"%d = muls %b, 2.0 : {ub(0x1800)}", RACE, (), RACE),
    Case(
        "5: elementwise chain in one window, then a reduction of what began it",
        MADE_A
        + ADD
        + f"%d = muls %b, 2.0 : {C}\n%t = create_tile shape=[16, 64] dtype=fp32 : {T}\n"
        + "%s = row_sum %b, %t : tile<16x1xfp32, ub, dn, @0x4000>",
        RACE,
        (),
        ("E0501",),
    ),
    Case("6: round trip in every iteration", PRIME + loop(ROUND_TRIP) + DRAIN, ("W0502",), ()),
    Case("7: without the prime", loop(ROUND_TRIP) + DRAIN, ("E0502",)),
    Case("7: without the last wait", PRIME + loop(ROUND_TRIP), ("E0506",)),
    Case(
        "8: two loads into one tile",
        LOAD_A + f"%a1 = load %h[16, 0] sizes=[16, 64] : {A}\n" + order("mte2", "v") + f"%b = add %a1, %a1 : {B}",
        RACE,
    ),
    Case(
        "8: with a barrier",
        LOAD_A
        + f"pipe_barrier mte2\n%a1 = load %h[16, 0] sizes=[16, 64] : {A}\n"
        + order("mte2", "v")
        + f"%b = add %a1, %a1 : {B}",
    ),
    Case("9: load what is being stored", MADE_A + f"store %a, %g[0, 0]\n%b = load %g[0, 0] sizes=[16, 64] : {B}", RACE),
    Case(
        "9: with a flag",
        MADE_A + "store %a, %g[0, 0]\n" + order("mte3", "mte2") + f"%b = load %g[0, 0] sizes=[16, 64] : {B}",
    ),
    Case("9: another part of the tensor", MADE_A + f"store %a, %g[0, 0]\n%b = load %g[16, 0] sizes=[16, 64] : {B}"),
    Case("9: another tensor", MADE_A + f"store %a, %g[0, 0]\n%b = load %h[0, 0] sizes=[16, 64] : {B}"),
    Case("10: two stores that overlap", MADE_A + "store %a, %g[0, 0]\nstore %a, %g[8, 0]", RACE),
    Case("10: both atomic", MADE_A + "store %a, %g[0, 0] atomic=true\nstore %a, %g[8, 0] atomic=true"),
    Case("10: one atomic", MADE_A + "store %a, %g[0, 0] atomic=true\nstore %a, %g[8, 0]", RACE),
    Case("11: GetValue of a result", MADE_A + ADD + "%s = test.get_value %b : fp32", RACE),
    Case("11: GetValue behind a flag", MADE_A + ADD + order("v", "s") + "%s = test.get_value %b : fp32"),
    Case("11: SetValue, then a vector op", SETVALUE.replace("%a", "%n") + f"%b = add %s, %s : {B}", RACE),
    Case(
        "11: SetValue, a flag, then a vector op",
        SETVALUE.replace("%a", "%n") + order("s", "v") + f"%b = add %s, %s : {B}",
    ),
    Case("11: GetValue, then overwritten", MADE_A + f"%s = test.get_value %a : fp32\n%b = adds %a, 1.0 : {A}", RACE),
    Case(
        "11: a barrier on S",
        MADE_A + "%s = test.get_value %a : fp32\npipe_barrier s\n%s1 = test.get_value %a : fp32",
        ("E0509",),
    ),
    Case("12: store of a product", FACTORS + f"%p = matmul %l, %r : {ACC}\nstore %p, %o[0, 0]", RACE),
    Case(
        "12: with a flag",
        FACTORS + f"%p = matmul %l, %r : {ACC}\n" + order("m", "fix", 0) + "store %p, %o[0, 0]",
    ),
    Case(
        "13: accumulation into one fractal",
        FACTORS + f"%p = matmul %l, %r : {ACC}\n%q = matmul_acc %p, %l, %r : {ACC}",
        RACE,
        RACE,
        ("W0503",),
    ),
    Case(
        "13: with a barrier",
        FACTORS + f"%p = matmul %l, %r : {ACC}\npipe_barrier m\n%q = matmul_acc %p, %l, %r : {ACC}",
    ),
    Case(
        "13: accumulation into 128 fractals",
        LONG_FACTORS + f"%p = matmul %l, %r : {LONG_ACC}\n%q = matmul_acc %p, %l, %r : {LONG_ACC}",
    ),
    Case(
        "13: overwriting 128 fractals",
        LONG_FACTORS + f"%p = matmul %l, %r : {LONG_ACC}\n%q = matmul %l, %r : {LONG_ACC}",
        RACE,
    ),
    Case(
        "13: accumulation into as many fractals as run time says",
        LONG_FACTORS + f"%p = matmul %l, %r : {SOME_ACC}\n%q = matmul_acc %p, %l, %r : {SOME_ACC}",
        RACE,
        relaxed=("W0503",),
    ),
    Case(
        "13: left operand overwritten",
        FACTORS
        + f"%s = create_tile shape=[16, 16] dtype=fp16 : {L1}\n%p = matmul %l, %r : {ACC}\n"
        + f"%l1 = move %s : {LEFT.format(left='{left}', at=0)}",
        RACE,
    ),
    Case(
        "13: left operand overwritten behind a flag",
        FACTORS
        + f"%s = create_tile shape=[16, 16] dtype=fp16 : {L1}\n%p = matmul %l, %r : {ACC}\n"
        + order("m", "mte1", 0)
        + f"%l1 = move %s : {LEFT.format(left='{left}', at=0)}",
    ),
    Case(
        "14: set twice",
        MADE_A + "set_flag mte2, v, 1\nset_flag mte2, v, 1\nwait_flag mte2, v, 1\nwait_flag mte2, v, 1\n" + ADD,
        ("E0503",),
        relaxed=("W0504",),
    ),
    Case(
        "14: set on one path",
        MADE_A + "if %c {\nset_flag v, mte3, 0\n} else {\n}\nwait_flag v, mte3, 0\nstore %a, %g[0, 0]",
        ("E0504",),
    ),
    Case(
        "14: set too early",
        MADE_A + "set_flag v, mte3, 0\n" + ADD + "wait_flag v, mte3, 0\nstore %b, %g[0, 0]",
        RACE,
    ),
    Case(
        "extra: a pending token that a reduction takes",
        MADE_A
        + f"set_flag v, s, 0\n%t = create_tile shape=[16, 64] dtype=fp32 : {T}\n"
        + f"%c2 = row_sum %a, %t : {COLUMN}\nwait_flag v, s, 0",
        ("E0513",),
        ("W0502",),
    ),
)


access = pytest.fixture(autouse=True)(scalar_access)


def _ended(case: Case, left: str) -> str:
    return f"{case.body}\npipe_barrier all".replace("{left}", left)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict_on_a2a3(case: Case) -> None:
    found = _distinct(sync_codes(_ended(case, "zz"), A2A3))
    assert found == case.a2a3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict_on_a5(case: Case) -> None:
    found = _distinct(sync_codes(_ended(case, "nz"), A5))
    assert found == (case.a2a3 if case.a5 is None else case.a5)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize(("architecture", "left"), [(A2A3, "zz"), (A5, "nz")], ids=["a2a3", "a5"])
def test_verdict_on_code_of_others(case: Case, architecture: Architecture, left: str) -> None:
    strict = case.a2a3 if architecture is A2A3 or case.a5 is None else case.a5
    expected = case.relaxed if case.relaxed is not None and strict == case.a2a3 else strict
    assert _distinct(sync_codes(_ended(case, left), architecture, strict=False)) == expected


def _distinct(codes: list[str]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))


UNKNOWN: Mapping[str, str] = {
    "12: unit flags": "test.matmul_with_unit_flag",
    "15: cross-core flags": "test.ffts_cross_core_sync",
    "15: TPOP": "test.tpop",
}


@pytest.mark.parametrize("name", UNKNOWN.values(), ids=UNKNOWN.keys())
@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES.keys())
def test_what_is_not_modelled_is_refused_by_name(name: str, architecture: Architecture) -> None:
    known = program(MADE_A + f"%b = exp %a : {B}\npipe_barrier all")
    with pytest.raises(PtoError) as caught:
        verify_sync(_renamed(known, "exp", name), architecture)
    (finding,) = caught.value.diagnostics
    assert finding.code == "E0511"
    assert name in finding.message


def _renamed(known: Program, old: str, new: str) -> Program:
    """The program with one op under a name that no row has."""
    function = known.functions[0]
    renamed: list[Statement] = [
        replace(s, name=new) if isinstance(s, Op) and s.name == old else s for s in function.body.statements
    ]
    return replace(known, functions=(replace(function, body=Block(tuple(renamed))),))
