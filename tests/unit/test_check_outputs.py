"""Outputs: directions, results, and what calls leave out, over the language and over IR text."""

from __future__ import annotations

from itertools import product
from random import Random
from textwrap import indent
from typing import NamedTuple

import pytest

from ptodsl.errors import Diagnostic, PtoError
from ptodsl.errors.outputs import ConditionalOutput
from ptodsl.ir.nodes import Op, Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.passes.check_outputs import CheckOutputs
from ptodsl.passes.conditions import Conditions, Known
from tests.unit.frontend_programs import HEADER, run_cell

TEXT = """ptodsl-ir 1
program @P

kernel @k({parameters}) -> ({results}) {{
  {body}
}}
"""
TENSOR = "tensor<16x64xfp32>"
LOAD = "%t = load %a[0, 0] sizes=[16, 64] : tile<16x64xfp32>"


def mistakes(program: Program) -> list[Diagnostic]:
    """What the check finds; nothing for a program that it passes unchanged."""
    try:
        assert CheckOutputs().run(program) is program
    except PtoError as error:
        return list(error.diagnostics)
    return []


def of_text(parameters: str, body: str, results: str = "") -> list[str]:
    """The mistakes of a kernel in IR text, as code and sentence."""
    text = TEXT.format(parameters=parameters, body=body.replace("\n", "\n  "), results=results)
    found = mistakes(parse(text.replace(" -> ()", "")))
    return [f"{mistake.code}: {mistake.message}" for mistake in found]


def of_source(text: str, name: str = "P") -> list[Diagnostic]:
    """The mistakes of a function or program of the language."""
    try:
        assert run_cell(HEADER + "T = pl.Tensor[[16, 64], pl.FP32]\n" + text)[name].ir
    except PtoError as error:
        return list(error.diagnostics)
    return []


BODIES = {
    "in": LOAD,
    "out": "%s = full 0.0 shape=[16, 64] dtype=fp32 : tile<16x64xfp32>\nstore %s, %a[0, 0]",
    "inout": f"{LOAD}\nstore %t, %a[0, 0]",
}
"""By what they do to %a."""


@pytest.mark.parametrize(("declared", "does"), list(product(["", "out ", "inout "], BODIES)))
def test_written_direction_is_what_the_body_does(declared: str, does: str) -> None:
    """InOut over a body that only stores keeps the caller's bytes where nothing is stored."""
    found = of_text(f"%a: {declared}{TENSOR}", f"{BODIES[does]}\nreturn")
    meant = declared.strip() or "in"
    assert bool(found) is (meant != does and (meant, does) != ("inout", "out"))
    assert all(text.startswith("E0301: parameter `a` of `k` is declared ") for text in found)


CHOSEN = """if %f {
  yield %a
} else {
  yield %b
} -> (%d: tensor<16x64xfp32>)"""


@pytest.mark.parametrize(
    ("body", "results", "expected"),
    [
        ("return", "", []),
        ("return %a", TENSOR, []),
        ("return %a, %b", f"{TENSOR}, {TENSOR}", []),
        ("return %a, %a", f"{TENSOR}, {TENSOR}", ["E0303: `k` returns `a` twice, as results 0 and 1"]),
        ("return %f", "bool", ["E0302: result 0 of `k` is no tensor"]),
        ("return 1.0", "fp32", ["E0302: result 0 of `k` is no tensor"]),
        (f"{LOAD}\nreturn %t", "tile<16x64xfp32>", ["E0302: result 0 of `k` is no tensor"]),
        (f"{CHOSEN}\nreturn", "", ["E0307: `d` is `a` on one path and `b` on the other"]),
        (f"{CHOSEN}\nreturn %d", TENSOR, ["E0307: `d` is `a` on one path and `b` on the other"]),
        (
            "for %i = 0 to 4 step 1 carry (%x = %a: tensor<16x64xfp32>) {\n  yield %b\n} -> (%y)\nreturn",
            "",
            ["E0307: `y` is `a` on one path and `b` on the other"],
        ),
    ],
)
def test_kernel_returns_its_parameters_each_once(body: str, results: str, expected: list[str]) -> None:
    assert of_text(f"%a: {TENSOR}, %b: {TENSOR}, %f: bool", body, results) == expected


ENTRY = """
@pl.function
def k(a: T, f: pl.Scalar[pl.BOOL], g: pl.Scalar[pl.BOOL], n: pl.Scalar[pl.INDEX], x: pl.Scalar[pl.FP32], c: T) -> T:
    t = pl.load(a, [0, 0], [16, 64])
{body}
    return c
"""
STORE = "pl.store(t, [0, 0], c)"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (f"if f:\n    {STORE}", "`not f`"),
        (f"if not f:\n    {STORE}", "`f`"),
        (f"if n > 3:\n    {STORE}", "`n <= 3`"),
        (f"if n == 3:\n    pass\nelse:\n    {STORE}", "`n == 3`"),
        (f"if x > 3.0:\n    {STORE}", "`not (x > 3.0)`"),
        (f"if f and g:\n    {STORE}", "`not (f and g)`"),
        (f"if f or n > 1:\n    pass\nelse:\n    {STORE}", "`f or n > 1`"),
        (f"if f:\n    if g:\n        {STORE}\nelse:\n    {STORE}", "`f and not g`"),
        (f"if f:\n    {STORE}\nelif n == 0:\n    {STORE}", "`not f and n != 0`"),
        (f"if f:\n    {STORE}\nif g:\n    {STORE}", "`not f and not g`"),
        (f"if x < 3.5:\n    {STORE}\nif x >= 3.5:\n    {STORE}", "`not (x < 3.5) and not (x >= 3.5)`"),
        (f"first = n == 0\nif first:\n    {STORE}", "`not first`"),
        (f"for i in pl.range(n):\n    {STORE}", "the loop on line 7 runs no iteration"),
        (
            f"if f:\n    for i in pl.range(n):\n        {STORE}\nelse:\n    {STORE}",
            "`f` and the loop on line 8 runs no iteration",
        ),
        (f"for i in pl.range(4):\n    if f:\n        {STORE}", "`not f`"),
        (f"for i in pl.range(n):\n    if i == 0:\n        {STORE}", "`i != 0`"),
        (f"for i in pl.range(4):\n    if n == i:\n        {STORE}", "`n != i`"),
    ],
)
def test_path_without_a_store_is_named_in_the_users_words(body: str, path: str) -> None:
    (found,) = of_source(ENTRY.format(body=indent(body, "    ")), "k")
    assert found.code == "E0305"
    assert found.message == f"`k` does not store to its output `c` when {path}, and no buffer is passed for it"


@pytest.mark.parametrize(
    "body",
    [
        STORE,
        f"if f:\n    {STORE}\nif not f:\n    {STORE}",
        f"if f:\n    {STORE}\nelse:\n    {STORE}",
        f"if f and g:\n    {STORE}\nif f:\n    if not g:\n        {STORE}\nelse:\n    {STORE}",
        f"if f or g:\n    {STORE}\nif not f:\n    {STORE}",
        f"for i in pl.range(4):\n    {STORE}",
        f"for i in pl.range(4):\n    if i == 0:\n        {STORE}",
        f"for i in pl.range(8):\n    if i + 1 == 8:\n        {STORE}",
        f"for i in pl.range(2):\n    if f or i == 1:\n        {STORE}",
        f"for i in pl.range(6, 0, -2):\n    if i < 4:\n        {STORE}",
        f"for i in pl.range(4):\n    for j in pl.range(4):\n        if i == 3 and j == 3:\n            {STORE}",
    ],
)
def test_output_that_every_path_stores_may_be_left_out(body: str) -> None:
    assert of_source(ENTRY.format(body=indent(body, "    ")), "k") == []


class Body(NamedTuple):
    """A random body: its source, and for which values of its flags it stores."""

    source: str
    stores: frozenset[tuple[bool, ...]]


FLAGS = ("f", "g", "h")
VALUES = list(product((False, True), repeat=len(FLAGS)))


def random_body(random: Random, conditions: list[str], depth: int = 3) -> Body:
    """Statements that store or do not."""
    parts = [random_statement(random, conditions, depth) for _ in range(random.randint(1, 3))]
    return Body("\n".join(part.source for part in parts), frozenset().union(*(part.stores for part in parts)))


def random_statement(random: Random, conditions: list[str], depth: int) -> Body:
    """One of them."""
    if not depth or random.random() < 0.3:
        return random.choice([Body(STORE, frozenset(VALUES)), Body("pass", frozenset())])
    if random.random() < 0.2:
        body = random_body(random, conditions, depth - 1)
        return Body(f"for i{depth} in pl.range(3):\n{indent(body.source, '    ')}", body.stores)
    condition = random.choice(conditions)
    then, orelse = (random_body(random, conditions, depth - 1) for _ in range(2))
    source = f"if {condition}:\n{indent(then.source, '    ')}\nelse:\n{indent(orelse.source, '    ')}"
    return Body(source, frozenset(v for v in VALUES if v in (then if holds(condition, v) else orelse).stores))


def holds(condition: str, values: tuple[bool, ...]) -> bool:
    """Whether a condition on flags holds for their values."""
    return bool(eval(condition, dict(zip(FLAGS, values, strict=True))))


RANDOM = """
@pl.function
def k(a: T, f: pl.Scalar[pl.BOOL], g: pl.Scalar[pl.BOOL], h: pl.Scalar[pl.BOOL], c: T) -> T:
    t = pl.load(a, [0, 0], [16, 64])
{body}
    return c
"""
PLAIN = [*FLAGS, *(f"not {flag}" for flag in FLAGS)]


@pytest.mark.parametrize("seed", range(40))
def test_path_is_found_if_and_only_if_there_is_one(seed: int) -> None:
    body = random_body(Random(seed), PLAIN)
    found = [one for one in of_source(RANDOM.format(body=indent(body.source, "    ")), "k") if one.code == "E0305"]
    assert bool(found) is (0 < len(body.stores) < len(VALUES))
    for mistake in found:
        words = mistake.fields["path"]
        assert isinstance(words, str)
        assert any(holds(words.strip("`"), values) for values in VALUES if values not in body.stores)


@pytest.mark.parametrize("seed", range(40))
def test_no_path_is_overlooked(seed: int) -> None:
    """Of conditions that combine, some paths may be reported that cannot be taken; none that can is missed."""
    conditions = [*PLAIN, *(f"{a} {word} {b}" for a in PLAIN for word in ("and", "or") for b in PLAIN)]
    body = random_body(Random(seed), conditions)
    found = of_source(RANDOM.format(body=indent(body.source, "    ")), "k")
    if 0 < len(body.stores) < len(VALUES):
        assert any(isinstance(mistake, ConditionalOutput) for mistake in found)


CALLS = """
D = pl.Tensor[[32, 64], pl.FP32]
@pl.program
class P:
    @pl.function
    def double(self, a: T, c: T) -> T:
        return pl.store(pl.load(a, [0, 0], [16, 64]) * 2.0, [0, 0], c)
    @pl.function
    def both(self, a: T, c: T, d: T) -> tuple[T, T]:
        c = pl.store(pl.load(a, [0, 0], [16, 64]) * 2.0, [0, 0], c)
        return c, pl.store(pl.load(a, [0, 0], [16, 64]) * 3.0, [0, 0], d)
    @pl.function
    def total(self, a: T, b: T, c: T) -> T:
        return pl.store(pl.load(a, [0, 0], [16, 64]) + pl.load(b, [0, 0], [16, 64]), [0, 0], c)
    @pl.function
    def update(self, a: T, f: pl.Scalar[pl.BOOL], c: pl.InOut[T]) -> T:
        if f:
            c = pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
        return c
    @pl.function
    def sometimes(self, a: T, f: pl.Scalar[pl.BOOL], c: T) -> T:
        if f:
            c = pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
        return c
    @pl.function
    def silent(self, a: T, c: T):
        pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: T, d: D, n: pl.Scalar[pl.INDEX], f: pl.Scalar[pl.BOOL]) -> {result}:
{body}
"""


def of_calls(body: str, result: str = "T") -> list[str]:
    """The mistakes of an orchestration, as code and sentence."""
    found = of_source(CALLS.format(body=indent(body, " " * 8), result=result))
    return [f"{mistake.code}: {mistake.message}" for mistake in found]


MOVING = "pl.tensor.view(d, [16, 64], [{}, 0])"
UPPER, LOWER = (MOVING.format(row) for row in (0, 16))


@pytest.mark.parametrize(
    "body",
    [
        "return self.double(a)",
        "return self.total(a, a)",
        "x, y = self.both(a)\nreturn x",
        "x, y = self.both(a)\nx = self.double(y, x)\nreturn x",
        "b = pl.create_tensor([16, 64], pl.FP32)\nreturn self.sometimes(a, f, b)",
        "b = pl.create_tensor([16, 64], pl.FP32)\nself.silent(a, b)\nreturn b",
        "b = self.double(a)\nfor i in pl.range(n):\n    b = self.update(a, f, b)\nreturn b",
        f"x = {UPPER}\ny = {LOWER}\ny = self.double(x, y)\nreturn a",
        f"x = {MOVING.format('n')}\ny = {MOVING.format('n + 16')}\ny = self.double(x, y)\nreturn a",
        f"x = {UPPER}\ny = pl.tensor.view(d, [16, 64], [n, 0])\ny = self.double(x, y)\nreturn a",
        "b = self.double(a)\nc = self.double(b)\nif f:\n    e = b\nelse:\n    e = c\nreturn self.double(e)",
    ],
)
def test_calls_that_lose_nothing_pass(body: str) -> None:
    assert of_calls(body) == []


@pytest.mark.parametrize(
    ("body", "result", "expected"),
    [
        ("self.double(a)\nreturn a", "T", ["E0306: the result `c` of `double` is dropped"]),
        ("b = self.double(a)\nreturn a", "T", ["E0306: the result `c` of `double` is dropped"]),
        ("self.both(a)\nreturn a", "T", ["E0306: the result `c` of `both` is dropped"]),
        (
            "self.silent(a)\nreturn a",
            "T",
            ["E0304: `silent` does not return its output `c`, and no buffer is passed for it: what it stores is lost"],
        ),
        (
            "return self.sometimes(a, f)",
            "T",
            ["E0305: `sometimes` does not store to its output `c` when `not f`, and no buffer is passed for it"],
        ),
        ("b = self.double(a)\nreturn b, b", "tuple[T, T]", ["E0303: `main` returns `c` twice, as results 0 and 1"]),
        (f"return {UPPER}", "T", ["E0302: result 0 of `main` is a part of `d`"]),
        (
            "b = self.double(a)\nc = self.double(b)\nif f:\n    e = b\nelse:\n    e = c\nreturn e",
            "T",
            ["E0302: result 0 of `main` is one of several buffers, as run time chooses"],
        ),
        (
            "return self.double(a, a)",
            "T",
            ["E0308: arguments `a` and `c` of `double` share bytes, and it writes to `c`"],
        ),
        (
            "b = self.double(a)\nx, y = self.both(a, b, b)\nreturn x",
            "T",
            ["E0308: arguments `c` and `d` of `both` share bytes, and it writes to `c`"],
        ),
        (
            f"x = {UPPER}\ny = pl.tensor.view(d, [16, 64], [15, 0])\ny = self.double(x, y)\nreturn a",
            "T",
            ["E0308: arguments `a` and `c` of `double` share bytes, and it writes to `c`"],
        ),
        (
            f"x = {MOVING.format('n')}\ny = {MOVING.format('n + 15')}\ny = self.double(x, y)\nreturn a",
            "T",
            ["E0308: arguments `a` and `c` of `double` share bytes, and it writes to `c`"],
        ),
        (
            "b = self.double(a)\nif f:\n    e = a\nelse:\n    e = b\nself.double(e, e)\nreturn b",
            "T",
            ["E0308: arguments `a` and `c` of `double` share bytes, and it writes to `c`"],
        ),
    ],
)
def test_calls_that_lose_something_are_refused(body: str, result: str, expected: list[str]) -> None:
    assert of_calls(body, result) == expected


def test_program_that_passes_buffers_still_passes_as_text() -> None:
    """In text every argument is written, so nothing is left out."""
    body = "b = pl.create_tensor([16, 64], pl.FP32)\nself.silent(a, b)\nreturn self.sometimes(a, f, b)"
    program = run_cell(
        HEADER + "T = pl.Tensor[[16, 64], pl.FP32]\n" + CALLS.format(body=indent(body, " " * 8), result="T")
    )
    assert mistakes(parse(print_program(program["P"].ir))) == []


def test_comparison_of_floats_is_left_to_run_time() -> None:
    """Their literals are no integers, whose comparisons are worked out."""
    text = TEXT.format(parameters="", results="", body="%v = scalar.lt 0.25, 0.75 : bool\n  return").replace(
        " -> ()", ""
    )
    kernel = parse(text).function("k")
    statement = kernel.body.statements[0]
    assert isinstance(statement, Op)
    assert Conditions(kernel).truth(statement.result, Known()) is None


def test_evidence_of_a_direction_is_shown() -> None:
    text = """
@pl.function
def k(a: T, c: pl.Out[T]) -> T:
    c = pl.store(pl.load(a, [0, 0], [8, 64]), [0, 0], c)
    t = pl.load(c, [0, 0], [8, 64])
    u = pl.load(c, [4, 0], [8, 64])
    return pl.store(t + u, [8, 0], c)
"""
    (mistake,) = of_source(text, "k")
    assert (
        mistake.message
        == "parameter `c` of `k` is declared Out, but the body stores to it and reads what the caller passed"
    )
    (note,) = mistake.notes
    assert note.span is not None
    assert (note.message, note.span.line) == ("read before anything is surely stored there", 8)


def test_mistakes_of_a_kernel_alone_are_not_told_of_its_entry() -> None:
    text = (
        "@pl.function\ndef k(a: T, c: pl.InOut[T]) -> tuple[T, T]:\n    pl.load(c, [0, 0], [16, 64])\n    return a, a\n"
    )
    assert [mistake.code for mistake in of_source(text, "k")] == ["E0301", "E0303"]
