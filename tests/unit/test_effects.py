"""Directions of parameters, as the body decides them."""

from __future__ import annotations

from functools import partial
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ptodsl.ir.boxes import Box, Interval, constant, covered, swept, unknown
from ptodsl.ir.dtypes import INDEX
from ptodsl.ir.effects import effects
from ptodsl.ir.nodes import Program, Value
from ptodsl.ir.parser import parse
from ptodsl.ir.span import Span
from ptodsl.ir.types import ScalarType
from tests.growth import calls_of
from tests.strategies import programs

HEAD = "ptodsl-ir 1\nprogram @P\n\n"
TILE = "tile<16x64xfp32>"
KERNEL = "kernel @k(%a: tensor<64x64xfp32>, %c: tensor<64x64xfp32>, %n: index, %flag: bool) {{\n{body}\n  return\n}}\n"


def directions(text: str, function: str = "k") -> dict[str, str]:
    program = parse(text)
    return {value.name: found.value for value, found in effects(program.function(function), program).items()}


def of_kernel(*body: str) -> str:
    """The direction of %c in a kernel that has a tile %t."""
    made = f"  %t = load %a[0, 0] sizes=[16, 64] : {TILE}\n"
    return directions(HEAD + KERNEL.format(body=made + "\n".join(f"  {line}" for line in body)))["c"]


def load(offsets: str, sizes: str = "[16, 64]", type_: str = TILE) -> str:
    return f"%u = load %c{offsets} sizes={sizes} : {type_}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], "in"),
        ([load("[0, 0]")], "in"),
        (["store %t, %c[0, 0]"], "out"),
        (["store %t, %c[0, 0] atomic=true"], "inout"),
        (["store %t, %c[0, 0]", "store %t, %c[0, 0] atomic=true"], "out"),
        (["store %t, %c[0, 0]", load("[0, 0]")], "out"),
        ([load("[0, 0]"), "store %t, %c[0, 0]"], "inout"),
        (["store %t, %c[0, 0]", load("[16, 0]")], "inout"),
        (["store %t, %c[0, 0]", load("[8, 0]")], "inout"),
        (["store %t, %c[0, 0]", "store %t, %c[16, 0]", load("[8, 0]")], "out"),
        (["store %t, %c[0, 0]", load("[4, 16]", "[8, 32]", "tile<8x32xfp32>")], "out"),
        (["store %t, %c[%n, 0]", load("[%n, 0]")], "out"),
        (["store %t, %c[%n, 0]", load("[0, 0]")], "inout"),
        (["store %t, %c[0, 0]", load("[%n, 0]")], "inout"),
        (["%m = scalar.add %n, 8 : index", "store %t, %c[%n, 0]", load("[%m, 0]")], "inout"),
        (
            ["%m = scalar.add %n, 8 : index", "store %t, %c[%n, 0]", load("[%m, 0]", "[8, 64]", "tile<8x64xfp32>")],
            "out",
        ),
        (["if %flag {", "  store %t, %c[0, 0]", "}", load("[0, 0]")], "inout"),
        (["if %flag {", "  store %t, %c[0, 0]", "} else {", "  store %t, %c[0, 0]", "}", load("[0, 0]")], "out"),
        (["for %i = 0 to %n step 1 {", "  store %t, %c[0, 0]", "}", load("[0, 0]")], "inout"),
        (["for %i = 0 to 2 step 1 {", "  store %t, %c[0, 0]", "}", load("[0, 0]")], "out"),
        (["for %i = 2 to 2 step 1 {", "  store %t, %c[0, 0]", "}", load("[0, 0]")], "inout"),
        (["for %i = 0 to 2 step 1 {", f"  {load('[0, 0]')}", "  store %t, %c[0, 0]", "}"], "inout"),
        (["for %i = 0 to 64 step 16 {", "  store %t, %c[%i, 0]", "}", load("[%n, 0]")], "out"),
        (["for %i = 48 to -1 step -16 {", "  store %t, %c[%i, 0]", "}", load("[%n, 0]")], "out"),
        (["for %i = 0 to 48 step 16 {", "  store %t, %c[%i, 0]", "}", load("[40, 0]")], "inout"),
        (["for %i = 0 to 64 step 32 {", "  store %t, %c[%i, 0]", "}", load("[%n, 0]")], "inout"),
        (
            [
                "for %i = 0 to 4 step 1 {",
                "  %r = scalar.mul %i, 16 : index",
                "  store %t, %c[%r, 0]",
                "}",
                load("[7, 0]"),
            ],
            "out",
        ),
        (
            [
                "%p = set_validshape %t, valid [8, 64] : tile<16x64xfp32, valid 8x64>",
                "store %p, %c[0, 0]",
                load("[0, 0]"),
            ],
            "inout",
        ),
        (
            [
                "%p = set_validshape %t, valid [8, 64] : tile<16x64xfp32, valid 8x64>",
                "store %p, %c[0, 0]",
                "%u = load %c[0, 0], valid [8, 64] sizes=[16, 64] : tile<16x64xfp32, valid 8x64>",
            ],
            "out",
        ),
        (
            [
                "%p = set_validshape %t, valid [%n, 64] : tile<16x64xfp32, valid ?x64>",
                "store %p, %c[0, 0]",
                load("[0, 0]", "[1, 64]", "tile<1x64xfp32>"),
            ],
            "inout",
        ),
    ],
)
def test_direction_when_the_body_says(body: list[str], expected: str) -> None:
    assert of_kernel(*body) == expected


CALLER = (
    HEAD
    + """kernel @fill(%c: tensor<64x64xfp32>, %row: index) {
  %t = full 0.0 shape=[32, 64] dtype=fp32 : tile<32x64xfp32>
  store %t, %c[%row, 0]
  return
}

kernel @use(%a: tensor<64x64xfp32>, %c: tensor<64x64xfp32>) {
  %t = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>
  store %t, %c[0, 0]
  return
}

"""
)
PAGE = [
    "%v = view %x[7, 32] sizes=[1, 32] : tensor<1x32xfp32>",
    "%r = tensor.reshape %v shape=[32] : tensor<32xfp32>",
]
MAIN = "orchestration @main(%x: tensor<64x64xfp32>, %y: tensor<64x64xfp32>, %b: bool) {{\n{body}\n  return\n}}\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (["call @fill(%x, 0)"], {"x": "out", "y": "in"}),
        (["call @use(%x, %y)"], {"x": "in", "y": "out"}),
        (["call @fill(%x, 0)", "call @use(%x, %y)"], {"x": "inout", "y": "out"}),
        (["call @fill(%x, 0)", "call @fill(%x, 32)", "call @use(%x, %y)"], {"x": "out", "y": "out"}),
        (
            ["if %b {", "  yield %x", "} else {", "  yield %y", "} -> (%z: tensor<64x64xfp32>)", "call @use(%x, %z)"],
            {"x": "inout", "y": "out"},
        ),
        (
            ["%z = create_tensor shape=[64, 64] dtype=fp32 : tensor<64x64xfp32>", "call @use(%z, %y)"],
            {"x": "in", "y": "out"},
        ),
        (
            [
                "%v = view %x[0, 0] sizes=[64, 64] : tensor<64x64xfp32>",
                "call @fill(%v, 0)",
                "%n = read %x[31, 63] : fp32",
            ],
            {"x": "out", "y": "in"},
        ),
        (
            [
                "%v = view %x[0, 0] sizes=[64, 64] : tensor<64x64xfp32>",
                "call @fill(%v, 0)",
                "%n = read %x[32, 0] : fp32",
            ],
            {"x": "inout", "y": "in"},
        ),
        (["write %x[3, 4], 1.0"], {"x": "out", "y": "in"}),
        (["write %x[3, 4], 1.0", "%n = read %x[3, 4] : fp32"], {"x": "out", "y": "in"}),
        (["write %x[3, 4], 1.0", "%n = read %x[3, 5] : fp32"], {"x": "inout", "y": "in"}),
        (["%n = read %x[3, 4] : fp32", "write %x[3, 4], %n"], {"x": "inout", "y": "in"}),
        ([*PAGE, "write %r[5], 1.0", "%n = read %x[7, 37] : fp32"], {"x": "out", "y": "in"}),
        ([*PAGE, "write %r[5], 1.0", "%n = read %x[7, 5] : fp32"], {"x": "inout", "y": "in"}),
        (
            [
                "%v = tensor.reshape %x shape=[64, 1, 64] : tensor<64x1x64xfp32>",
                "%w = tensor.reshape %v shape=[64, 64] : tensor<64x64xfp32>",
                "call @fill(%w, 0)",
                "%n = read %x[31, 63] : fp32",
            ],
            {"x": "out", "y": "in"},
        ),
        (
            [
                "%v = tensor.reshape %x shape=[4096] : tensor<4096xfp32>",
                "write %v[0], 1.0",
                "%n = read %x[0, 0] : fp32",
            ],
            {"x": "inout", "y": "in"},
        ),
    ],
)
def test_direction_when_calls_decide(body: list[str], expected: dict[str, str]) -> None:
    text = CALLER + MAIN.format(body="\n".join(f"  {line}" for line in body))
    assert directions(text, "main") == expected


SIDE = 6
INDEX_VALUE = Value("i", ScalarType(INDEX), Span("<test>", 1, 0, 1, 1))


def random_box(random: Random) -> Box:
    starts = [random.randrange(SIDE) for _ in range(2)]
    return tuple(Interval(constant(start), random.randint(1, SIDE - start)) for start in starts)


def cells(box: Box) -> set[tuple[int, int]]:
    rows, columns = (range(i.start.constant, i.start.constant + i.size) for i in box)
    return {(row, column) for row in rows for column in columns}


@given(st.integers(0, 2**32), st.integers(0, 6))
def test_covered_is_set_inclusion_when_offsets_are_known(seed: int, count: int) -> None:
    random = Random(seed)
    box, others = random_box(random), [random_box(random) for _ in range(count)]
    expected = cells(box) <= {cell for other in others for cell in cells(other)}
    assert covered(box, others, (SIDE, SIDE)) is expected


@given(st.integers(-3, 3), st.integers(1, 4), st.integers(-4, 4), st.integers(-9, 9), st.integers(-3, 3))
def test_swept_is_what_the_iterations_fill(stride: int, size: int, first: int, last: int, step: int) -> None:
    values = range(first, last, step or 1)
    if not values:
        return
    start = constant(5).plus(unknown(INDEX_VALUE), stride)
    filled = {stride * i + 5 + k for i in values for k in range(size)}
    box = swept((Interval(start, size),), INDEX_VALUE, values)
    if box is None:
        assert abs(stride * values.step) > size
    else:
        assert set(range(box[0].start.constant, box[0].start.constant + box[0].size)) == filled


@settings(max_examples=25, deadline=None)
@given(programs())
def test_effects_know_every_tensor_parameter_of_random_programs(program: Program) -> None:
    for function in program.functions:
        found = effects(function, program)
        assert [value.name for value in found] == [
            parameter.value.name
            for parameter in function.parameters
            if not isinstance(parameter.value.type, ScalarType)
        ]


def _branches(count: int) -> Program:
    """A kernel of stores, a branch behind each."""
    lines = [f"  %t = load %a[0, 0] sizes=[16, 64] : {TILE}"]
    for number in range(count):
        lines += [
            f"  store %t, %c[{16 * number}, 0]",
            "  if %flag {",
            f"    %v{number} = neg %t : {TILE}",
            "  } else {",
            "  }",
        ]
    return parse(HEAD + KERNEL.format(body="\n".join(lines)).replace("64x64", f"{16 * count}x64"))


def test_what_both_branches_stored_before_they_part_is_not_compared_box_by_box() -> None:
    few, many = _branches(20), _branches(80)
    effects(few.function("k"), few)
    calls = [calls_of(partial(effects, one.function("k"), one)) for one in (few, many)]
    assert calls[1] < 5 * calls[0]
