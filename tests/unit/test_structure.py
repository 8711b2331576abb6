"""The structural verifier: what it passes, and each thing that it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings

from ptodsl.errors import PtoError
from ptodsl.ir.dtypes import FP32, INDEX
from ptodsl.ir.hardware import Core
from ptodsl.ir.nodes import Block, For, If, Literal, Op, Program, Return, Statement, Value, Yield
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.ir.types import ErrorType, ScalarType
from ptodsl.verify.stages import STAGES
from ptodsl.verify.structure import verify_structure
from tests.growth import calls_of
from tests.strategies import HERE, programs

UNPLACED = """ptodsl-ir 1
program @P

kernel @k(%a: tensor<16x64xfp32>, %n: index, %flag: bool) -> (tensor<16x64xfp32>) {
  %t = load %a[0, 0], valid [%n, 64] sizes=[16, 64] : tile<16x64xfp32, valid ?x64>
  for %i = 0 to %n step 1 carry (%x = %t: tile<16x64xfp32, valid ?x64>) {
    %y = neg %x : tile<16x64xfp32, valid ?x64>
    yield %y
  } -> (%z)
  if %flag {
    store %z, %a[0, 0]
    yield %n
  } else {
    yield 1
  } -> (%m: index)
  return %a
}

orchestration @main(%a: tensor<16x64xfp32>) -> (tensor<16x64xfp32>) {
  call @k(%a, 4, true)
  return %a
}
"""

PLACED = """ptodsl-ir 1
program @P

kernel @k(%a: tensor<16x64xfp32>) {
  %t = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32, ub, nd, @0x0>
  set_flag mte2, v, 1 pair=0
  wait_flag mte2, v, 1 pair=0
  %v = slice %t[8, 0] sizes=[8, 64] : tile<8x64xfp32, ub, nd, @0x800>
  %s = create_tile shape=[8, 64] dtype=fp32 : tile<8x64xfp32, ub, nd, @0x1000>
  %m = row_max %v, %s : tile<8x1xfp32, ub, dn, @0x2000>
  for %i = 0 to 4 step 1 carry (%x = %v: tile<8x64xfp32, ub, nd, @0x800>) {
    %y = neg %x : tile<8x64xfp32, ub, nd, @0x800>
    yield %y
  } -> (%z)
  store %z, %a[0, 0]
  pipe_barrier all
  return
}
"""


def codes(program: Program, stage: str) -> list[str]:
    """The codes of all violations; each of them renders."""
    try:
        verify_structure(program, stage)
    except PtoError as error:
        str(error)
        return [mistake.code for mistake in error.diagnostics]
    return []


@pytest.mark.parametrize(
    ("text", "sound"),
    [(UNPLACED, {"frontend", "check_types", "check_outputs"}), (PLACED, {"allocate", "insert_sync"})],
)
def test_a_program_is_sound_at_its_stages_only(text: str, sound: set[str]) -> None:
    assert {stage for stage in STAGES if not codes(parse(text), stage)} == sound


@settings(max_examples=40, deadline=None)
@given(programs())
def test_random_programs_are_sound(program: Program) -> None:
    for stage in ("frontend", "check_types"):
        assert codes(program, stage) == []
    assert codes(parse(print_program(program)), "check_types") == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("neg %x", "neg %a", "E0163"),
        ("valid [%n, 64]", "valid [%n]", "E0163"),
        ("%z, %a[0, 0]", "%n, %a[0, 0]", "E0163"),
        ("neg %x : tile<16x64xfp32, valid ?x64>", "neg %x : index", "E0163"),
        (
            "  return %a\n}\n\n",
            "  %c = create_tensor shape=[1] dtype=fp32 : tensor<1xfp32>\n  return %a\n}\n\n",
            "E0171",
        ),
        ("  call @k(%a, 4, true)\n", "  %c = create_tile shape=[1, 8] dtype=fp32 : tile<1x8xfp32>\n", "E0171"),
        ("%n: index,", "%n: tile<16x64xfp32>,", "E0171"),
        ("%n: index,", "%n: out index,", "E0171"),
        (
            "orchestration @main(%a: tensor<16x64xfp32>)",
            "orchestration @main(%a: tensor<16x64xfp32>) core=cube",
            "E0171",
        ),
        ("call @k(%a, 4, true)", "call @k(%a, 4)", "E0167"),
        ("call @k(%a, 4, true)", "call @k(%a, 4, 1)", "E0167"),
        ("call @k(%a, 4, true)", "call @main(%a)", "E0167"),
        ("call @k", "call @nobody", "E0167"),
        ("    yield 1\n", "    yield 1.0\n", "E0166"),
        ("carry (%x = %t:", "carry (%x = %n:", "E0166"),
        ("step 1", "step 0", "E0166"),
        ("  return %a\n}\n\n", "  return\n}\n\n", "E0166"),
        ("  return %a\n}\n\n", "  return %n\n}\n\n", "E0166"),
        ("16x64xfp32, valid ?x64>\n  for", "16x64xfp32, nd, valid ?x64>\n  for", "E0168"),
        ("16x64xfp32, valid ?x64>\n  for", "16x64xfp32, gm, valid ?x64>\n  for", "E0168"),
    ],
)
def test_a_fault_in_an_unplaced_program_is_found(old: str, new: str, code: str) -> None:
    assert UNPLACED.count(old)
    assert code in codes(parse(UNPLACED.replace(old, new, 1)), "check_types")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("pipe_barrier all", "pipe_barrier v", "E0168"),
        ("pipe_barrier all", "pipe_barrier all pair=3", "E0168"),
        ("tile<16x64xfp32, ub, nd, @0x0>", "tile<16x64xfp32, ub, nd>", "E0168"),
        ("tile<16x64xfp32, ub, nd, @0x0>", "tile<16x64xfp32, nd, @0x0>", "E0168"),
        ("tile<16x64xfp32, ub, nd, @0x0>", "tile<16x64xfp32, ub, @0x0>", "E0168"),
        ("tile<16x64xfp32, ub, nd, @0x0>", "tile<16x64xfp32 in 8x64, ub, nd, @0x0>", "E0168"),
        ("tile<16x64xfp32, ub, nd, @0x0>", "tile<16x64xfp32, l0a, zz, @0x0>", "E0169"),
        ("tile<8x1xfp32, ub, dn, @0x2000>", "tile<8x1xfp32, ub, nd, @0x2000>", "E0169"),
        ("dtype=fp32 : tile<8x64xfp32, ub, nd", "dtype=fp32 : tile<8x64xfp32, ub, dn", "E0169"),
        ("sizes=[8, 64] : tile<8x64xfp32, ub, nd, @0x800>", "sizes=[8, 64] : tile<8x64xfp32, ub, nd, @0x900>", "E0170"),
        ("%y = neg %x : tile<8x64xfp32, ub, nd, @0x800>", "%y = neg %x : tile<8x64xfp32, ub, nd, @0x0>", "E0166"),
        ("row_max %v, %s", "row_max %v", "E0163"),
        ("set_flag mte2, v, 1", "set_flag mte2, v, 8", "E0164"),
        ("set_flag mte2, v, 1", "set_flag v, v, 1", "E0164"),
        ("v, 1 pair=0", "v, 1 pair=-1", "E0164"),
    ],
)
def test_a_fault_in_a_placed_program_is_found(old: str, new: str, code: str) -> None:
    assert PLACED.count(old)
    assert code in codes(parse(PLACED.replace(old, new, 1)), "insert_sync")


@pytest.mark.parametrize(
    ("load", "expected"),
    [
        ("sizes=[16, 64] : tile<16x64xfp32, l1, nz, @0x0>", []),
        ("sizes=[16, 64] : tile<16x64xfp32, l1, zn, @0x0>", ["E0169"]),
        ("sizes=[64, 16] transpose=true : tile<16x64xfp32, l1, zn, @0x0>", []),
        ("sizes=[64, 16] transpose=true : tile<16x64xfp32, l1, nz, @0x0>", ["E0169"]),
        ("sizes=[64, 16] transpose=true : tile<16x64xfp32, ub, nd, @0x0>", ["E0169", "E0169"]),
    ],
)
def test_a_window_is_turned_into_the_layout_that_turns_it_and_no_other(load: str, expected: list[str]) -> None:
    text = f"""ptodsl-ir 1
program @P

kernel @k(%a: tensor<64x64xfp32>) {{
  %t = load %a[0, 0] {load}
  pipe_barrier all
  return
}}
"""
    assert codes(parse(text), "insert_sync") == expected


def body(program: Program) -> list[Statement]:
    return list(program.functions[0].body.statements)


def with_body(program: Program, statements: list[Statement]) -> Program:
    function = replace(program.functions[0], body=Block(tuple(statements)))
    return replace(program, functions=(function, *program.functions[1:]))


def moved_up(program: Program) -> Program:
    """A use before its definition."""
    first, *rest = body(program)
    return with_body(program, [rest[0], first, *rest[1:]])


def used_outside(program: Program) -> Program:
    """A value of a loop's body read behind the loop."""
    load, loop, *rest = body(program)
    assert isinstance(loop, For)
    (neg, _) = loop.body.statements
    assert isinstance(neg, Op)
    late = replace(neg, operands=(neg.results,), results=(replace(neg.result, name="late"),))
    return with_body(program, [load, loop, late, *rest])


def defined_twice(program: Program) -> Program:
    first, *rest = body(program)
    return with_body(program, [first, first, *rest])


def without_return(program: Program) -> Program:
    return with_body(program, body(program)[:-1])


def returned_early(program: Program) -> Program:
    return with_body(program, [Return((), HERE), *body(program)])


def yielded_outside(program: Program) -> Program:
    return with_body(program, [Yield((), HERE), *body(program)])


def empty_branch(program: Program) -> Program:
    *rest, branch, last = body(program)
    assert isinstance(branch, If)
    return with_body(program, [*rest, replace(branch, then=Block(())), last])


def untyped(program: Program) -> Program:
    value = Value("e", ErrorType(), HERE)
    zero = Literal(0, INDEX, HERE)
    return with_body(program, [Op("scalar.neg", ((zero,),), {}, (value,), HERE), *body(program)])


def unknown_op(program: Program) -> Program:
    return with_body(program, [Op("frobnicate", (), {}, (), HERE), *body(program)])


def missing_group(program: Program) -> Program:
    first, *rest = body(program)
    assert isinstance(first, Op)
    return with_body(program, [replace(first, operands=first.operands[:1]), *rest])


def wrong_attributes(program: Program) -> Program:
    first, *rest = body(program)
    assert isinstance(first, Op)
    return with_body(program, [replace(first, attributes={"sizes": True, "transpose": False, "color": 1}), *rest])


def float_index(program: Program) -> Program:
    load, loop, *rest = body(program)
    assert isinstance(loop, For)
    return with_body(program, [load, replace(loop, index=Value("i", ScalarType(FP32), HERE)), *rest])


def two_of_a_name(program: Program) -> Program:
    return replace(program, functions=(*program.functions, replace(program.functions[1])))


@pytest.mark.parametrize(
    ("break_", "expected"),
    [
        (moved_up, {"E0161"}),
        (used_outside, {"E0161"}),
        (defined_twice, {"E0162"}),
        (without_return, {"E0165"}),
        (returned_early, {"E0165", "E0166"}),
        (yielded_outside, {"E0165"}),
        (empty_branch, {"E0165"}),
        (untyped, {"E0168"}),
        (unknown_op, {"E0163"}),
        (missing_group, {"E0163"}),
        (wrong_attributes, {"E0164"}),
        (float_index, {"E0166"}),
        (two_of_a_name, {"E0171", "E0162"}),
    ],
)
def test_a_fault_that_text_cannot_say_is_found(break_: Callable[[Program], Program], expected: set[str]) -> None:
    assert set(codes(break_(parse(UNPLACED)), "check_types")) == expected


def test_every_fault_is_reported_at_once() -> None:
    text = UNPLACED.replace("neg %x", "neg %a").replace("call @k", "call @nobody").replace("step 1", "step 0")
    assert sorted(codes(parse(text), "frontend")) == ["E0163", "E0166", "E0167"]


def test_a_core_belongs_to_kernels() -> None:
    program = parse(UNPLACED)
    kernel, main = program.functions
    assert codes(replace(program, functions=(replace(kernel, core=Core.CUBE), main)), "check_types") == []


@pytest.mark.slow
def test_verifying_takes_work_in_proportion() -> None:
    """Ten times the statements take about ten times the calls."""

    def straight(count: int) -> Program:
        adds = "\n".join(f"  %x{i} = add %x{i - 1}, %x{i - 1} : tile<16x64xfp32>" for i in range(1, count))
        load = "  %x0 = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>"
        return parse(f"ptodsl-ir 1\nprogram @P\n\nkernel @k(%a: tensor<16x64xfp32>) {{\n{load}\n{adds}\n  return\n}}\n")

    short, long = straight(100), straight(1000)
    growth = calls_of(lambda: verify_structure(long, "check_types")) / calls_of(
        lambda: verify_structure(short, "check_types")
    )
    assert growth < 11
