"""IR text: exact round trips, and refusals that point at the place."""

from __future__ import annotations

import json
import math
import struct
import subprocess
import sys
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ptodsl.errors import PtoError
from ptodsl.ir.assembly import MAX_DEPTH
from ptodsl.ir.compare import difference
from ptodsl.ir.dtypes import BF16, DTYPES, FP16, FP32, DType
from ptodsl.ir.literals import literal_text, rounded, split_literal, value_in
from ptodsl.ir.nodes import Literal, Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.ir.rewrite import operands_of, walk
from ptodsl.ops.row import Arity, Syntax
from ptodsl.ops.table import ROWS
from tests.growth import calls_of
from tests.strategies import filled, programs, random_literal, random_program, unfilled
from tests.tree import ROOT

FLOATS = [dtype for dtype in DTYPES.values() if dtype.is_float]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from((unfilled, filled)).flatmap(programs))
def test_a_program_reads_back_equal_and_prints_the_same(program: Program) -> None:
    text = print_program(program)
    again = parse(text)
    assert difference(program, again) is None
    assert print_program(again) == text


def test_random_programs_have_every_op() -> None:
    seen = {
        getattr(statement, "name", "")
        for seed in range(60)
        for function in random_program(seed, 24).functions
        for statement in walk(function.body)
    }
    assert set(ROWS) <= seen


@given(st.sampled_from(list(DTYPES.values())), st.randoms(use_true_random=False))
def test_a_literal_reads_back_to_the_same_bits(dtype: DType, random: Random) -> None:
    literal = random_literal(random, dtype)
    number, name = split_literal(literal_text(literal.value, dtype))
    value = value_in(number, DTYPES[name] if name else dtype)
    assert value is not None
    assert type(value) is type(literal.value)
    assert struct.pack("<d", value) == struct.pack("<d", literal.value) or isinstance(value, int)
    assert value == literal.value or math.isnan(value)


@given(st.sampled_from([FP32, FP16]), st.floats(allow_nan=False))
@example(FP32, 3.4028235677973366e38)
@example(FP16, 65519.99)
@example(FP16, 65520.0)
@example(FP16, 2.0**-25)
def test_rounded_is_what_numpy_rounds_to(dtype: DType, value: float) -> None:
    with np.errstate(over="ignore", under="ignore"):
        expected = float(np.array(value).astype(dtype.numpy))
    assert struct.pack("<d", rounded(value, dtype)) == struct.pack("<d", expected)


@given(st.integers(0, 2**16 - 1))
def test_every_bf16_number_is_its_own_rounding(bits: int) -> None:
    (value,) = struct.unpack("<f", struct.pack("<I", bits << 16))
    if not math.isnan(value):
        assert rounded(value, BF16) == value
        assert value_in(split_literal(literal_text(value, BF16))[0], BF16) == value


def test_the_syntax_of_every_row_reads_unambiguously() -> None:
    for row in ROWS.values():
        plain = [operand for operand in row.operands if operand.syntax is Syntax.PLAIN]
        assert all(operand.arity is not Arity.MANY for operand in plain[:-1]), row.name
        assert all(attribute.required for attribute in row.attributes if attribute.positional), row.name
        brackets = [i for i, operand in enumerate(row.operands) if operand.syntax is Syntax.BRACKETS]
        assert all(i and row.operands[i - 1].syntax is Syntax.PLAIN for i in brackets), row.name


TEXT = """ptodsl-ir 1
program @P

kernel @k(%a: tensor<16x64xfp32>, %n: index, %flag: bool) core=vector {
  %ta = load %a[0, 0], valid [%n, 64] sizes=[16, 64] : tile<16x64xfp32, valid ?x64>
  %m = row_max %ta : tile<16x1xfp32, valid ?x1>
  if %flag {
    store %ta, %a[0, 0]
  }
  for %i = 0 to %n step 1 carry (%x = %m: tile<16x1xfp32, valid ?x1>) {
    %y = neg %x : tile<16x1xfp32, valid ?x1>
    yield %y
  } -> (%z)
  return
}
"""


def refusal(text: str) -> PtoError:
    with pytest.raises(PtoError) as caught:
        parse(text, "refused.ir")
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "code", "part", "marked"),
    [
        ("ptodsl-ir 1", "ptodsl-ir 7", "E0151", "version 7", "ptodsl-ir 7"),
        ("ptodsl-ir 1\n", "", "E0151", "does not say its version", "program @P"),
        ("row_max", "row_mix", "E0152", "did you mean", "row_mix"),
        ("row_max %ta", "row_max %tb", "E0153", "`%tb` is not defined here", "%tb"),
        ("neg %x", "neg %z", "E0153", "`%z` is not defined here", "%z"),
        ("  return", "  %w = neg %y : tile<16x1xfp32>\n  return", "E0153", "block that has ended", "%y"),
        ("%m = row", "%ta = row", "E0154", "`%ta` is defined twice", "%ta"),
        ("%ta : tile<16x1xfp32, ", "%ta : tile<16x1xfp33, ", "E0155", "no such dtype", "tile<16x1xfp33, valid ?x1>"),
        ("%ta : tile<16x1xfp32, ", "%ta : tile<16x1x1xfp32, ", "E0155", "two dims", "tile<16x1x1xfp32, valid ?x1>"),
        ("%n: index", "%n: indexed", "E0155", "no such dtype", "indexed"),
        ("tensor<16x64xfp32>", "tensor<16x64xfp32", "E0150", "found `%n`", "%n"),
        ("?x64>", "?x64", "E0150", "found the end of the type", None),
        ("row_max %ta", "row_max", "E0156", "misses its operand `source`", "row_max"),
        ("row_max %ta", "row_max %ta, %ta, %ta", "E0156", "too many", "%ta"),
        ("row_max %ta", "row_max %ta[0]", "E0156", "in brackets", "%ta"),
        ("row_max %ta", "row_max %ta, valid [1, 1]", "E0156", "no run-time valid extents", "valid"),
        ("row_max %ta", "row_max rint", "E0156", "is a word", "rint"),
        ("%y = neg", "neg", "E0156", "1 result, each with its type", "neg"),
        (" sizes=[16, 64]", "", "E0157", "`sizes` is missing", "load"),
        ("sizes=[16, 64]", "sizes=16", "E0157", "list of whole numbers", "sizes="),
        ("sizes=[16, 64]", "sizes=[16, 64] size=1", "E0157", "`size` is no attribute", "size="),
        ("core=vector", "core=left", "E0157", "cube or vector", "core="),
        ("    yield %y\n", "", "E0158", "yields no values", "}"),
        (" -> (%z)", "", "E0158", "1 carried value, its statement has no results", None),
        ("to %n step 1 ", "to %n ", "E0150", "expected `step`", "carry"),
        ("to %n step", "to % step", "E0150", "found '%'", "%"),
        ("%a[0, 0], valid", "%a[0, 0] valid", "E0150", "found `valid`", "valid"),
        ("[%n, 64] sizes", "[%n, 99999999999999999999] sizes", "E0206", "does not fit INDEX", "99999999999999999999"),
        ("[%n, 64] sizes", "[%n, 1e400] sizes", "E0206", "does not fit FP32", "1e400"),
        ("[%n, 64] sizes", "[%n, 300:uint8] sizes", "E0206", "does not fit UINT8", "300:uint8"),
        ("%a[0, 0], valid", "%a[0, 0 0], valid", "E0150", "found `0 0`", "0 0"),
        ("%a[0, 0], valid", "%a[0, ], valid", "E0150", "found nothing", "]"),
        ("%a[0, 0], valid", "%a[0, 0, valid", "E0150", "found '['", "["),
        ("  return\n", "", "E0150", "expected", "}"),
        ("  return\n}\n", "", "E0150", "found the end of the text", None),
    ],
)
def test_a_mistake_is_refused_at_its_place(old: str, new: str, code: str, part: str, marked: str | None) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    error = refusal(text)
    first = error.diagnostics[0]
    assert first.code == code
    assert part in str(error)
    span = first.span
    assert span is not None
    assert span.line == span.end_line
    if marked is not None:
        assert text.split("\n")[span.line - 1][span.column : span.end_column] == marked


def test_every_mistake_is_reported_at_once() -> None:
    text = TEXT.replace("row_max %ta", "row_mix %tb").replace("neg %x", "neg %q")
    assert [mistake.code for mistake in refusal(text).diagnostics] == ["E0152", "E0153"]


def test_a_message_shows_the_line_of_the_text() -> None:
    message = str(refusal(TEXT.replace("row_max", "row_mix")))
    assert " --> refused.ir:6:8" in message
    assert "6 |   %m = row_mix %ta" in message
    assert "\n  |        ^^^^^^^ not in the op table" in message


def test_spans_point_into_the_text() -> None:
    lines = TEXT.split("\n")
    for statement in walk(parse(TEXT).function("k").body):
        span = statement.span
        shown = lines[span.line - 1][span.column : span.end_column]
        assert shown == lines[span.line - 1].strip()


def nested(depth: int) -> str:
    opened = "".join("if %flag {\n" for _ in range(depth))
    return (
        f"ptodsl-ir 1\nprogram @P\nkernel @k(%flag: bool) {{\n{opened}{'}' + chr(10)}"
        + "}\n" * (depth - 1)
        + "return\n}\n"
    )


def test_nesting_is_followed_up_to_its_limit() -> None:
    program = parse(nested(MAX_DEPTH - 1))
    assert difference(program, parse(print_program(program))) is None


@pytest.mark.parametrize("depth", [MAX_DEPTH, 5000])
def test_deeper_nesting_is_refused(depth: int) -> None:
    assert refusal(nested(depth)).diagnostics[0].code == "E0159"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\0",
        "ptodsl-ir",
        "ptodsl-ir 1",
        "ptodsl-ir 1\nprogram @P\n\0",
        "kernel",
        "\ufeffptodsl-ir 1",
        "1" * 9999,
    ],
)
def test_garbage_is_refused(text: str) -> None:
    error = refusal(text)
    assert error.diagnostics[0].code in ("E0150", "E0151")
    assert str(error)


@pytest.mark.parametrize("number", ["9" * 5000, "1" + "0" * 400 + ".5", "-" + "9" * 5000, "9" * 5000 + ":fp32"])
def test_giant_numbers_are_refused(number: str) -> None:
    for place in ("[%n, 64]", "[16, 64]"):
        assert len(str(refusal(TEXT.replace(place, f"[16, {number}]", 1)))) < 20_000
    refusal(TEXT.replace("16x64", f"16x{number}", 1))


SCRAPS = [
    "\0",
    "%",
    "{",
    "}",
    "\n",
    "if %x {\n",
    "yield",
    "->",
    "tile<",
    ">",
    "=",
    "inf",
    "1e999",
    "'",
    "é",
    "//",
    ":",
    "_",
]


def read_or_refused(text: str) -> Program | None:
    """The program; None where the text is refused in words."""
    try:
        return parse(text, "mutated.ir")
    except PtoError as error:
        str(error)
        return None


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 50), st.randoms(use_true_random=False), st.integers(1, 4))
def test_mutated_text_is_read_or_refused(seed: int, random: Random, count: int) -> None:
    text = print_program(random_program(seed, 6, filled))
    for _ in range(count):
        start = random.randrange(len(text))
        end = min(len(text), start + random.choice((0, 1, 1, 5, 40)))
        other = random.randrange(len(text))
        text = text[:start] + random.choice((*SCRAPS, "", text[other : other + 12])) + text[end:]
    if (program := read_or_refused(text)) is not None:
        printed = print_program(program)
        assert print_program(parse(printed)) == printed


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    assert str(refusal(text))
    assert str(refusal("ptodsl-ir 1\nprogram @P\nkernel @k() {\n" + text))


def test_printing_does_not_load_the_parser() -> None:
    program = "import sys, json, ptodsl.ir.printer, ptodsl.ir.parser; print(json.dumps('lark' in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert json.loads(answer.stdout) is False


def many_lines(count: int) -> str:
    load = "  %t{0} = load %a[0, 0], valid [8, 64] sizes=[16, 64] : tile<16x64xfp32, ub, nd, valid 8x64, @0x{1:x}>"
    lines = [load.format(i, i % 64 * 4096) if i % 2 else "  set_flag mte2, v, 1 pair=0" for i in range(count)]
    body = "\n".join(lines)
    return f"ptodsl-ir 1\nprogram @P\n\nkernel @k(%a: tensor<16x64xfp32>) {{\n{body}\n  return\n}}\n"


@pytest.mark.slow
def test_reading_and_printing_take_work_in_proportion() -> None:
    """Ten times the lines take about ten times the calls."""
    short, long = parse(many_lines(100)), parse(many_lines(1000))
    assert print_program(long) == many_lines(1000)
    assert calls_of(lambda: parse(many_lines(1000))) < 11 * calls_of(lambda: parse(many_lines(100)))
    assert calls_of(lambda: print_program(long)) < 11 * calls_of(lambda: print_program(short))


def test_a_difference_names_its_place() -> None:
    first = parse(TEXT)
    assert difference(first, parse(TEXT.replace("%y", "%renamed"))) is None
    second = parse(TEXT.replace("store %ta, %a[0, 0]", "store %ta, %a[0, 8]"))
    assert difference(first, second) == "@k/2/then/0: operand 3 is 0:index and 8:index"
    third = parse(TEXT.replace("    yield %y", "    yield %x"))
    assert difference(first, third) == "@k/3/body/1: operand 0 is %y and %x"


def test_a_literal_differs_by_its_sign_and_dtype() -> None:
    def program(number: str) -> Program:
        full = f"  %t = full {number} shape=[16, 64] dtype=fp32 : tile<16x64xfp32>\n  return\n"
        return parse(TEXT[: TEXT.index("  %ta")] + full + "}\n")

    assert difference(program("0.0"), program("-0.0")) is not None
    assert difference(program("0.0"), program("0.0:fp16")) is not None
    assert difference(program("nan"), program("nan")) is None


def test_literals_of_a_parsed_program_have_their_spans() -> None:
    program = parse(
        "ptodsl-ir 1\nprogram @P\norchestration @o() {\n  %x = scalar.add 17:int32, -4:int32 : int32\n  return\n}\n"
    )
    (op, _) = program.function("o").body.statements
    literals = [operand for operand in operands_of(op) if isinstance(operand, Literal)]
    assert [(literal.span.column, literal.span.end_column) for literal in literals] == [(18, 26), (28, 36)]
