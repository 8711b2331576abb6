"""Types: every rule of agreement, over the language and over IR text."""

from __future__ import annotations

import re
from itertools import product

import pytest

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.ir.dtypes import BF16, BOOL, DTYPES, FP16, FP32, INDEX, INT16, INT32, DType
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.passes.check_types import CheckTypes
from tests.unit.frontend_programs import HEADER, run_cell

KERNEL = """ptodsl-ir 1
program @P

kernel @k(%a: tensor<16x64xfp32>, %h: tensor<16x64xfp16>, %n: index, %i: int32, %x: fp32, %f: bool, \
%c: out tensor<16x64xfp32>) -> (tensor<16x64xfp32>) {{
  %t = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>
  %u = load %h[0, 0] sizes=[16, 64] : tile<16x64xfp16>
  {body}
  store %t, %c[0, 0]
  return %c
}}
"""


def mistakes(program: Program) -> list[Diagnostic]:
    """What the check finds; nothing for a program that it passes unchanged."""
    try:
        assert CheckTypes().run(program) is program
    except PtoError as error:
        return list(error.diagnostics)
    return []


def of_kernel(body: str) -> list[str]:
    """The mistakes of a kernel in IR text, as code and sentence."""
    text = KERNEL.format(body=body.replace("\n", "\n  "))
    return [f"{mistake.code}: {mistake.message}" for mistake in mistakes(parse(text, "kernel.ir"))]


def of_source(text: str, name: str = "k") -> list[Diagnostic]:
    """The mistakes of a function or program of the language."""
    try:
        assert run_cell(HEADER + text)[name].ir
    except PtoError as error:
        return list(error.diagnostics)
    return []


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("%v = add %t, %u : tile<16x64xfp32>", "E0201: dtypes differ in `add`"),
        ("%v = adds %t, %i : tile<16x64xfp32>", "E0201: dtypes differ in `add`"),
        ("%v = scalar.add %i, %x : fp32", "E0201: dtypes differ in `+`"),
        ("store %u, %c[0, 0]", "E0201: dtypes differ in `store`"),
        ("%v = add %t, %t : tile<16x64xfp16>", "E0207: `v` is declared FP16[16, 64], its value is FP32[16, 64]"),
        ("%v = add %t, %t : tile<16x32xfp32>", "E0207: `v` is declared FP32[16, 32], its value is FP32[16, 64]"),
        (
            "%v = add %t, %t : tile<16x64xfp32, valid 8x64>",
            "E0207: `v` is declared FP32[16, 64], valid [8, 64], its value is FP32[16, 64]",
        ),
        ("%v = scalar.add %n, %n : int64", "E0207: `v` is declared INT64, its value is INDEX"),
        ("%v = scalar.add %n, %i : int32", "E0207: `v` is declared INT32, its value is INDEX"),
        ("%v = scalar.add %f, 1 : index", "E0204: `+` does not take BOOL"),
        ("%v = scalar.eq %f, %i : bool", "E0204: `==` does not take BOOL"),
        ("%v = scalar.and %x, %f : bool", "E0204: `and` does not take FP32"),
        ("%v = scalar.div %i, %i : int32", "E0212: `/` between integers (INT32 and INT32) is not defined"),
        ("%v = load %a[%x, 0] sizes=[8, 64] : tile<8x64xfp32>", "E0204: `load` does not take FP32"),
        (
            "%v = load %a[8, 0] sizes=[16, 64] : tile<16x64xfp32>",
            "E0213: `load`: the window [8, 24) leaves dim 0 of [16, 64]",
        ),
        ("if %x {\n}", "E0211: a condition must be BOOL or an integer scalar, this is FP32"),
        ("if %t {\n}", "E0211: a condition must be BOOL or an integer scalar, this is FP32[16, 64]"),
        ("for %j = 0 to %x step 1 {\n}", "E0204: `range` does not take FP32"),
        ("for %j = %f to %n step 1 {\n}", "E0204: `range` does not take BOOL"),
        ("for %j = 0 to %a step 1 {\n}", "E0205: `range` needs a scalar as `stop`, this is FP32[16, 64]"),
        (
            "if %f {\n  yield %t\n} else {\n  yield %u\n} -> (%v: tile<16x64xfp32>)",
            "E0214: `v` is FP32[16, 64] if the condition holds, but FP16[16, 64] if it does not",
        ),
        (
            "if %f {\n  yield %t\n} else {\n  yield %t\n} -> (%v: tile<16x64xfp16>)",
            "E0207: `v` is declared FP16[16, 64], its value is FP32[16, 64]",
        ),
        (
            "for %j = 0 to %n step 1 carry (%v = %t: tile<16x64xfp32>) {\n  yield %u\n} -> (%w)",
            "E0214: `v` is FP32[16, 64] before the loop, but FP16[16, 64] after an iteration",
        ),
        (
            "for %j = 0 to %n step 1 carry (%v = %t: tile<16x64xfp16>) {\n  yield %t\n} -> (%w)",
            "E0207: `v` is declared FP16[16, 64], its value is FP32[16, 64]",
        ),
        (
            "for %j = 0 to %n step 1 carry (%v = %t: tile<16x64xfp32>) {\n  yield %t\n} -> (%w: tile<16x64xfp16>)",
            "E0207: `w` is declared FP16[16, 64], its value is FP32[16, 64]",
        ),
    ],
)
def test_parsed_ir_is_held_to_every_rule(body: str, message: str) -> None:
    assert of_kernel(body) == [message]


PARTLY = """\
%s = set_validshape %t, valid [8, 64] : tile<16x64xfp32, valid 8x64>
if %f {
  yield %t
} else {
  yield %s
} -> (%v: tile<16x64xfp32, valid ?x64>)"""


@pytest.mark.parametrize(
    "body",
    [
        "%v = scalar.add %n, %i : index",
        "%v = scalar.add %i, %n : index",
        "if %i {\n}",
        "if %n {\n}",
        "for %j = 0 to %i step 1 {\n}",
        "%v = load %a[%i, 0] sizes=[8, 64] : tile<8x64xfp32>",
        PARTLY,
        "%v = load %h[0, 0] sizes=[16, 64] : tile<16x64xfp16, l1>",
    ],
)
def test_what_the_rules_allow_passes(body: str) -> None:
    assert of_kernel(body) == []


CALLER = """ptodsl-ir 1
program @P

kernel @k(%a: tensor<1xint32>, %f: bool, %n: index, %c: out tensor<16x64xfp32>) -> ({results}) {{
  %t = full 0.0 shape=[16, 64] dtype=fp32 : tile<16x64xfp32>
  store %t, %c[0, 0]
  return {returned}
}}

orchestration @main(%a: tensor<1xfp32>, %b: tensor<1xint32>, %i: int32, %c: out tensor<16x64xfp32>) \
-> (tensor<16x64xfp32>) {{
  call @k({arguments})
  return %c
}}
"""


@pytest.mark.parametrize(
    ("arguments", "name", "given", "declared"),
    [
        ("%a, true, 0, %c", "a", "FP32[1]", "INT32[1]"),
        ("%b, %i, 0, %c", "f", "INT32", "BOOL"),
        ("%b, 1, 0, %c", "f", "INDEX", "BOOL"),
        ("%b, true, %i, %c", "n", "INT32", "INDEX"),
        ("%b, true, %b, %c", "n", "INT32[1]", "INDEX"),
        ("%i, true, 0, %c", "a", "INT32", "INT32[1]"),
    ],
)
def test_argument_has_its_parameters_type(arguments: str, name: str, given: str, declared: str) -> None:
    text = CALLER.format(arguments=arguments, results="tensor<16x64xfp32>", returned="%c")
    (mistake,) = mistakes(parse(text, "caller.ir"))
    assert mistake.message == f"argument `{name}` of `k` is {given}, its parameter {declared}"
    assert mistake.span is not None
    line = text.splitlines()[mistake.span.line - 1]
    position = ["a", "f", "n", "c"].index(name)
    assert line[mistake.span.column : mistake.span.end_column] == arguments.split(", ")[position]
    assert mistake.notes[0].message == f"declared {declared} here"


@pytest.mark.parametrize(
    ("results", "returned", "message"),
    [
        ("tensor<16x64xfp16>", "%c", "result 0 of `k` is declared FP16[16, 64], this returns FP32[16, 64]"),
        ("tensor<16x64xfp32>", "%a", "result 0 of `k` is declared FP32[16, 64], this returns INT32[1]"),
        ("tensor<16x64xfp32>", "%c, %a", "`k` declares 1 result, this returns 2 results"),
        ("", "%c", "`k` declares no results, this returns 1 result"),
        ("tensor<16x64xfp32>", "", "`k` declares 1 result, this returns no results"),
    ],
)
def test_results_are_as_declared(results: str, returned: str, message: str) -> None:
    text = CALLER.format(arguments="%b, true, 0, %c", results=results, returned=returned)
    text = text.replace(" -> () {", " {")
    assert [mistake.message for mistake in mistakes(parse(text))] == [message]


MIXED = """
T, H = pl.Tensor[[16, 64], pl.FP32], pl.Tensor[[16, 64], pl.FP16]
@pl.function
def k(a: T, h: H, x: pl.Scalar[pl.FP32], c: T) -> T:
    t, u = pl.load(a, [0, 0], [16, 64]), pl.load(h, [0, 0], [16, 64])
    {body}
    return pl.store(t, [0, 0], c)
"""


def test_every_mistake_of_a_kernel_is_reported() -> None:
    found = of_source(MIXED.format(body="t + u; u * x; pl.store(u, [0, 0], c)"))
    assert [mistake.message for mistake in found] == [f"dtypes differ in `{op}`" for op in ("add", "mul", "store")]


def test_what_follows_from_a_mistake_is_none() -> None:
    body = "v = pl.exp(t + u); w = v + u; pl.store(w, [0, 0], c)"
    (found,) = of_source(MIXED.format(body=body))
    assert found.message == "dtypes differ in `add`"


def test_callers_of_a_broken_kernel_are_not_blamed() -> None:
    text = """
T = pl.Tensor[[16, 64], pl.FP32]
@pl.program
class P:
    @pl.function
    def k(self, a: T, wrong: pl.Tensor[[16]], factor: pl.Scalar[pl.FP16], c: T) -> T:
        t = pl.load(a, [0, 0], [16, 64]) * factor
        return pl.store(pl.exp(t) + t, [0, 0], c)
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: T) -> T:
        return self.k(self.k(a, a, 1.0), a, 2.0)
"""
    assert [mistake.code for mistake in of_source(text, "P")] == ["E0106", "E0201"]


TILES = (FP32, FP16, BF16, INT32, INT16)
SCALARS = tuple(dtype for dtype in DTYPES.values() if dtype is not INDEX)
ADD = """
C = pl.Tensor[[16, 64], pl.{result}]
@pl.function
def k(a: pl.Tensor[[16, 64], pl.{left}], {parameter}, c: C) -> C:
    t = pl.load(a, [0, 0], [16, 64])
{body}
    return pl.store(s, [0, 0], c)
"""


def check_that_the_remedy_works(source: str, left: DType, right: DType) -> None:
    """There is one mistake, it names both dtypes, and what its remedy says to write mends it."""
    expression = "t + u"
    (found,) = of_source(source.format(expression=expression, result=left))
    assert str(left) in found.label
    assert str(right) in found.label
    remedy = re.search(r"`([^`]*\b([tu])\b[^`]*)`", found.help)
    assert remedy is not None, found.help
    mended = expression.replace(remedy[2], f"({remedy[1]})")
    target = right if remedy[2] == "t" else left
    assert of_source(source.format(expression=mended, result=target)) == []


@pytest.mark.parametrize(("left", "right"), [pair for pair in product(TILES, TILES) if pair[0] is not pair[1]], ids=str)
def test_two_tiles_agree_or_the_remedy_makes_them(left: DType, right: DType) -> None:
    body = "    u = pl.load(b, [0, 0], [16, 64])\n    s = {expression}"
    parameter = f"b: pl.Tensor[[16, 64], pl.{right}]"
    source = ADD.format(left=left, parameter=parameter, body=body, result="{result}")
    check_that_the_remedy_works(source, left, right)


@pytest.mark.parametrize(
    ("left", "right"), [pair for pair in product(TILES, SCALARS) if pair[0] is not pair[1]], ids=str
)
def test_tile_and_scalar_agree_or_the_remedy_makes_them(left: DType, right: DType) -> None:
    parameter, body = f"u: pl.Scalar[pl.{right}]", "    s = {expression}"
    source = ADD.format(left=left, parameter=parameter, body=body, result="{result}")
    check_that_the_remedy_works(source, left, right)


@pytest.mark.parametrize("right", SCALARS, ids=str)
@pytest.mark.parametrize("left", SCALARS, ids=str)
def test_scalars_agree_only_with_their_own_dtype(left: DType, right: DType) -> None:
    text = f"""
@pl.function
def k(u: pl.Scalar[pl.{left}], v: pl.Scalar[pl.{right}], c: pl.InOut[pl.Tensor[[16, 64], pl.FP32]]):
    w = u * v
    pl.store(pl.full([16, 64], pl.FP32, 1.0), [0, 0], c)
"""
    codes = [mistake.code for mistake in of_source(text)]
    expected = ["E0204"] if BOOL in (left, right) else [] if left is right else ["E0201"]
    assert codes == expected


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES.values() if dtype is not BOOL], ids=str)
def test_index_agrees_with_integers_alone(dtype: DType) -> None:
    text = f"""
@pl.function
def k(u: pl.Scalar[pl.INDEX], v: pl.Scalar[pl.{dtype}], c: pl.InOut[pl.Tensor[[16, 64], pl.FP32]]):
    w: pl.Scalar[pl.INDEX] = u + v
    pl.store(pl.full([16, 64], pl.FP32, 1.0), [0, 0], c)
"""
    assert [mistake.code for mistake in of_source(text)] == ([] if dtype.is_integer else ["E0201"])


ORIGINS = """
T, H = pl.Tensor[[16, 64], pl.FP32], pl.Tensor[[16, 64], pl.FP16]
@pl.function
def k(a: T, h: H, n: pl.Scalar[pl.INDEX], c: pl.InOut[T]) -> T:
    t = pl.load(a, [0, 0], [16, 64])
    u = pl.load(h, [0, 0], [16, 64])
    {body}
    return c
"""


@pytest.mark.parametrize(
    ("body", "notes", "remedy"),
    [
        (
            "for i in pl.range(n):\n        if i > 3:\n            u = pl.exp(u)\n    t + u",
            ["FP32, from parameter `a`", "FP16, from parameter `h`"],
            "cast one of them, e.g. `pl.cast(u, pl.FP32)`, or declare `h` as FP32",
        ),
        (
            "for i in pl.range(n):\n        t + u\n        u = pl.exp(u)\n    pl.store(t, [0, 0], c)",
            ["FP32, from parameter `a`", "FP16, from parameter `h`"],
            "cast one of them, e.g. `pl.cast(u, pl.FP32)`, or declare `h` as FP32",
        ),
        (
            "v = pl.cast(t, pl.BF16)\n    v + u",
            ["BF16", "FP16, from parameter `h`"],
            "cast one of them, e.g. `pl.cast(u, pl.BF16)`, or declare `h` as BF16",
        ),
        (
            "pl.store(pl.exp(u), [0, 0], c)",
            ["FP16, from parameter `h`", "FP32, parameter `c`"],
            "write `pl.cast(pl.exp(u), pl.FP32)`, or declare `c` as FP16",
        ),
    ],
)
def test_message_tells_where_operands_come_from(body: str, notes: list[str], remedy: str) -> None:
    (mistake,) = (one for one in of_source(ORIGINS.format(body=body)) if one.code == "E0201")
    assert [note.message for note in mistake.notes] == notes
    assert mistake.help == remedy


def test_a_reshape_of_a_view_of_the_wrong_rank_is_only_the_view_s_mistake() -> None:
    text = """ptodsl-ir 1
program @P

orchestration @main(%a: tensor<2x3xfp32>) {
  %v = view %a[0, 0, 0] sizes=[1, 2, 3] : tensor<1x2x3xfp32>
  %r = tensor.reshape %v shape=[6] : tensor<6xfp32>
  return
}
"""
    with pytest.raises(PtoError) as error:
        CheckTypes().run(parse(text))
    assert [diagnostic.code for diagnostic in error.value.diagnostics] == ["E0213"]
