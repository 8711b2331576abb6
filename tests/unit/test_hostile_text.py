"""Garbage in place of IR text: read or refused in words, in time that grows with its length and no faster."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import ptodsl
from ptodsl import diagnostics, pipeline
from ptodsl.errors import PtoError
from ptodsl.ir import mistakes
from ptodsl.ir.nodes import Program
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from ptodsl.machine import ARCHITECTURES
from tests.growth import calls_of
from tests.tree import ROOT

TEXTS = sorted((ROOT / "tests" / "goldens").rglob("*.*ir"))
WHOLE = (ROOT / "tests" / "goldens" / "frontend" / "paged_attention_3.ir").read_text(encoding="utf-8")
HEAD = "ptodsl-ir 1\nprogram @P\n"
KERNEL = HEAD + "kernel @k(%a: tensor<16x64xfp32>, %n: index, %flag: bool) {\n"


def outcome(text: str) -> Program | PtoError:
    """The program, or what is wrong with the text; anything else fails the test."""
    try:
        return parse(text, "hostile.ir")
    except PtoError as error:
        message = str(error)
        assert message
        assert all(len(line) < 1000 for line in message.splitlines())
        assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", message)
        return error


def judged(program: Program) -> None:
    """What is read goes through every pass and verifier, or is refused in words."""
    try:
        pipeline.place(program, ARCHITECTURES["a2a3"])
        ptodsl.emit(program)
    except PtoError as error:
        str(error)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_text_that_ends_at_any_line(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    whole = print_program(parse("".join(lines)))
    step = max(1, len(lines) // 40)
    for count in range(0, len(lines), step):
        found = outcome("".join(lines[:count]))
        if isinstance(found, Program):  # it ended behind a function
            assert whole.startswith(print_program(found).rstrip())


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(WHOLE)))
def test_text_that_ends_at_any_character(count: int) -> None:
    outcome(WHOLE[:count])


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(WHOLE)), st.text(max_size=20))
def test_text_with_something_inserted(place: int, scrap: str) -> None:
    found = outcome(WHOLE[:place] + scrap + WHOLE[place:])
    if isinstance(found, Program):
        judged(found)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
@example(bytes(range(256)))
def test_random_bytes(data: bytes) -> None:
    for text in (data.decode("latin-1"), data.decode("utf-8", "surrogateescape"), data.decode("utf-16", "replace")):
        assert isinstance(outcome(text), PtoError)
        outcome(HEAD + text)
        assert isinstance(outcome(KERNEL + text), PtoError)


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_lines_in_another_order(random: Random) -> None:
    lines = WHOLE.splitlines(keepends=True)
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    del lines[random.randrange(len(lines))]
    found = outcome("".join(lines))
    if isinstance(found, Program):
        judged(found)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n", " \n", "\t\n", "  // café \u2028 \x85\n"])
def test_other_ends_of_lines(end: str) -> None:
    found = outcome(WHOLE.replace("\n", end))
    assert isinstance(found, Program) == (end != "\r")
    if isinstance(found, Program):
        assert print_program(found) == print_program(parse(WHOLE))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("\ufeff" + WHOLE, "E0151"),
        (WHOLE.replace("ptodsl-ir 1", "ptodsl-ir 2"), "E0151"),
        (WHOLE.replace("ptodsl-ir 1", "ptodsl-ir " + "1" * 10_000), "E0151"),
        (WHOLE.replace("ptodsl-ir 1", "ptodsl-ir 1.0"), "E0151"),
        (WHOLE.replace("ptodsl-ir 1", "ptodsl-ir -1"), "E0151"),
        (WHOLE.replace("program @", "program @\0"), "E0150"),
        (WHOLE + WHOLE, "E0150"),
        (WHOLE.replace("%", "%\u202e"), "E0150"),
        (KERNEL + "%x = neg %ａ : index\nreturn\n}\n", "E0153"),
        (KERNEL + "return\n}\n" + KERNEL[len(HEAD) :] + "return\n}\n", "E0154"),
        (HEAD + "kernel @k(%a: index, %a: index) {\nreturn\n}\n", "E0154"),
        (KERNEL + "call @nobody(%a)\nreturn\n}\n", ""),
    ],
)
def test_what_is_almost_right_has_its_code(text: str, code: str) -> None:
    found = outcome(text)
    if code:
        assert isinstance(found, PtoError)
        assert found.diagnostics[0].code == code
    else:
        assert isinstance(found, Program)
        judged(found)


EDGES = [*(str(2**n) for n in (31, 62, 63, 64, 100)), "0", "-1", "9" * 10_000, "1e5", "0x10", "٣", "²"]


@pytest.mark.parametrize("number", EDGES)
@pytest.mark.parametrize(
    "form",
    [
        "kernel @k(%a: tensor<{0}x64xfp32>) {{\nreturn\n}}\n",
        "kernel @k(%a: tensor<{0}x{0}x{0}x{0}x{0}xfp32>) {{\nreturn\n}}\n",
        "kernel @k(%a: tensor<16x64xfp32>) {{\n%t = load %a[{0}, 0] sizes=[16, 64] : tile<16x64xfp32>\nreturn\n}}\n",
        "kernel @k(%a: tensor<16x64xfp32>) {{\n%t = load %a[0, 0] sizes=[{0}, 64] : tile<{0}x64xfp32>\nreturn\n}}\n",
        "kernel @k() {{\n%t = full 1 shape=[{0}, 8] dtype=fp32 : tile<{0}x8xfp32>\nreturn\n}}\n",
        "kernel @k() {{\n%t = create_tile shape=[8, {0}] dtype=fp32 : tile<8x{0}xfp32>\nreturn\n}}\n",
        "orchestration @m(%a: index) {{\nfor %i = {0} to {0} step {0} {{\n}}\nreturn\n}}\n",
        "orchestration @m() {{\n%t = create_tensor shape=[{0}, {0}] dtype=fp32 : tensor<{0}x{0}xfp32>\nreturn\n}}\n",
        "kernel @k() {{\nset_flag mte2, v, {0} pair={0}\nwait_flag mte2, v, {0} pair={0}\nreturn\n}}\n",
    ],
)
def test_numbers_at_the_edge(number: str, form: str) -> None:
    found = outcome(HEAD + form.format(number))
    if isinstance(found, Program):
        judged(found)


@pytest.mark.parametrize("rank", [0, 1, 5, 6, 1000])
def test_rank_is_one_to_five(rank: int) -> None:
    found = outcome(f"{HEAD}kernel @k(%a: tensor<{'2x' * rank}fp32>) {{\nreturn\n}}\n")
    assert isinstance(found, Program) == (1 <= rank <= 5)


@pytest.mark.parametrize(
    "name", ["class", "TADD", "_1", "_int", "main", "args", "__x", "größe", "x" * 10_000, "0", "pl"]
)
def test_any_name_is_spelled_in_cpp(name: str) -> None:
    text = WHOLE.replace("%sij", f"%{name}")
    found = outcome(text)
    assert isinstance(found, Program)
    assert print_program(parse(print_program(found))) == print_program(found)
    judged(found)


REPEATED: dict[str, Callable[[int], str]] = {
    "letters": lambda n: "a" * n,
    "digits": lambda n: f"{KERNEL}%x = load %a[0, {'9' * n}]\n",
    "name": lambda n: f"{KERNEL}%{'x' * n} = neg %n : index\n  return\n}}\n",
    "braces": lambda n: KERNEL + "{" * n,
    "dims": lambda n: f"{KERNEL}%x = neg %a : tile<{'16x' * (n // 3)}fp32>\nreturn\n}}\n",
    "commas": lambda n: f"{KERNEL}%x = load %a[{',' * n}]\nreturn\n}}\n",
    "operands": lambda n: f"{KERNEL}%x = load {'%a, ' * (n // 4)}%a : index\nreturn\n}}\n",
    "attributes": lambda n: f"{KERNEL}%x = load %a {'x=1 ' * (n // 4)}\nreturn\n}}\n",
    "parameters": lambda n: f"{HEAD}kernel @k({', '.join(f'%p{i}: index' for i in range(n // 14))}) {{\nreturn\n}}\n",
    "one parameter": lambda n: f"{HEAD}kernel @k({', '.join(['%p: index'] * (n // 11))}) {{\nreturn\n}}\n",
    "ops unknown": lambda n: KERNEL + "nope %a\n" * (n // 8) + "return\n}\n",
    "values unknown": lambda n: KERNEL + "%x = neg %q : index\n" * (n // 20) + "return\n}\n",
    "branches": lambda n: KERNEL + "if %flag {\n}\n" * (n // 13) + "return\n}\n",
    "branches with values": lambda n: (
        KERNEL + "".join(f"%v{i} = neg %n : index\nif %flag {{\n}}\n" for i in range(n // 35)) + "return\n}\n"
    ),
    "functions": lambda n: HEAD + "kernel @k() {\nreturn\n}\n" * (n // 24),
    "new lines": lambda n: HEAD + "\n" * n,
}


@pytest.mark.parametrize("make", REPEATED.values(), ids=REPEATED)
def test_work_grows_with_the_length_and_no_faster(make: Callable[[int], str]) -> None:
    outcome(make(1000))
    short, long = (calls_of(lambda size=size: outcome(make(size))) for size in (10_000, 80_000))  # type: ignore[misc]
    assert long < 10 * short + 20_000


def test_ten_megabytes_of_one_character_are_refused() -> None:
    for character in ("a", "9", "(", "{", "\0", "/"):
        assert isinstance(outcome(character * 10_000_000), PtoError)
        assert isinstance(outcome(KERNEL + character * 10_000_000), PtoError)


def test_reading_stops_after_so_many_mistakes() -> None:
    found = outcome(KERNEL + "nope %a\n" * (2 * mistakes.MOST) + "return\n}\n")
    assert isinstance(found, PtoError)
    assert len(found.diagnostics) == mistakes.MOST + 1
    assert found.diagnostics[-1].code == "E0160"
    assert str(found).count("error[E0152]") == diagnostics.MOST_SHOWN
    assert f"{mistakes.MOST + 1} errors, of which these are the first {diagnostics.MOST_SHOWN}" in str(found)


@pytest.mark.parametrize("depth", [1000, 10_000])
@pytest.mark.parametrize("opened", ["if %flag {\n", "for %i = 0 to %n step 1 {\n"])
def test_blocks_nested_thousands_deep_are_refused(opened: str, depth: int) -> None:
    found = outcome(KERNEL + opened * depth + "}\n" * depth + "return\n}\n")
    assert isinstance(found, PtoError)
    assert "E0159" in [mistake.code for mistake in found.diagnostics]


def test_a_program_without_an_orchestration_says_so() -> None:
    program = parse(HEAD)
    for act in (ptodsl.emit, ptodsl.compile, ptodsl.interpret):
        with pytest.raises(PtoError, match="has no orchestrations") as caught:
            act(program)
        assert caught.value.diagnostics[0].code == "E0120"
