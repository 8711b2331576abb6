"""Python source that strains the frontend: nested, long, oddly named, oddly encoded, changed, and objects that bite."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ptodsl
import ptodsl.language as pl
from ptodsl.errors import PtoError
from ptodsl.frontend.entities import MOST_BITS
from ptodsl.frontend.nesting import MAX_BLOCKS, MAX_LEVELS
from ptodsl.ir.parser import parse
from ptodsl.ir.printer import print_program
from tests.growth import calls_of
from tests.unit.modules import HEAD, SIGNATURE, Load, kernel, module_in

load = pytest.fixture(module_in)


def codes(text: str | bytes, load: Load) -> list[str]:
    """The codes of what is wrong with the kernel of a file; none where it compiles."""
    try:
        ptodsl.emit(load(text).k)
    except PtoError as error:
        str(error)
        return [mistake.code for mistake in error.diagnostics]
    return []


def nested(header: str, depth: int) -> str:
    """A statement inside so many headers."""
    lines = (f"{' ' * (4 + i)}{header.format(i)}:\n" for i in range(depth))
    return "".join(lines) + " " * (4 + depth) + "t = pl.neg(t)\n"


def test_branches_nested_as_deep_as_python_allows(load: Load) -> None:
    program = load(kernel(nested("if n > {0}", MAX_BLOCKS))).k.ir
    assert print_program(parse(print_program(program))) == print_program(program)
    assert ptodsl.emit(program)


def test_loops_nested_as_deep_as_python_allows(load: Load) -> None:
    assert codes(kernel(nested("for i{0} in pl.range(n)", 20)), load) == []


@pytest.mark.parametrize("length", [MAX_BLOCKS, MAX_BLOCKS + 1, 500])
def test_a_chain_of_elif_is_nested(load: Load, length: int) -> None:
    chain = "    if n > 0:\n        t = pl.neg(t)\n"
    chain += "".join(f"    elif n > {i}:\n        t = pl.neg(t)\n" for i in range(1, length))
    assert codes(kernel(chain), load) == ([] if length <= MAX_BLOCKS else ["E0125"])


@pytest.mark.parametrize("depth", [MAX_LEVELS // 2, MAX_LEVELS + 10, 190])
@pytest.mark.parametrize(
    "form",
    [
        ("pl.neg(", "t", ")"),
        ("-", "t", ""),
        ("t + (", "t", ")"),
        ("pl.neg(x=", "t", ")"),
    ],
)
def test_expressions_are_followed_to_a_stated_depth(load: Load, depth: int, form: tuple[str, str, str]) -> None:
    before, inner, after = form
    found = codes(kernel(f"    t = {before * depth}{inner}{after * depth}\n"), load)
    assert (found == ["E0125"]) == (depth > MAX_LEVELS)
    assert "E0126" not in found


@pytest.mark.parametrize("length", [100, 800])
@pytest.mark.parametrize("operator", ["t + ", "t * ", "1.0 * t + "])
def test_a_sum_may_be_long(load: Load, length: int, operator: str) -> None:
    assert codes(kernel(f"    t = {operator * length}t\n"), load) == []


@pytest.mark.parametrize("length", [100, 1000])
@pytest.mark.parametrize("operator", ["n > 1 and ", "n > 1 or ", "n < "])
def test_a_condition_may_be_long(load: Load, length: int, operator: str) -> None:
    assert codes(kernel(f"    if {operator * length}n > 2:\n        t = pl.neg(t)\n"), load) == []


def test_mistakes_in_a_long_sum_are_reported_once_and_in_place(load: Load) -> None:
    found = codes(kernel("    t = t + x1 + t * x2 + pl.nex(t) + t\n"), load)
    assert found == ["E0101", "E0101", "E0107"]


def test_a_stack_that_ends_is_said_to_end(load: Load) -> None:
    k = load(kernel(nested("if n > {0}", 90))).k

    def deep(levels: int) -> Any:
        return deep(levels - 1) if levels else ptodsl.emit(k)

    with pytest.raises(PtoError, match="recursion limit is") as caught:
        deep(sys.getrecursionlimit() - len(linecache.__name__) - 300)
    assert [mistake.code for mistake in caught.value.diagnostics] == ["E0126"]
    assert ptodsl.emit(k)  # nothing half-built is left


LONG: dict[str, Callable[[int], str]] = {
    "tiles": lambda n: kernel("    t = pl.neg(t)\n" * n),
    "scalars": lambda n: kernel("    m = n\n", "    m = m + n\n" * n),
    "constants": lambda n: kernel("    m = 0\n", "    m = m + 1\n" * n),
    "branches": lambda n: kernel(*(f"    if n > {i}:\n        t = pl.neg(t)\n" for i in range(n))),
    "names unknown": lambda n: kernel(*(f"    x{i} = y{i}\n" for i in range(n))),
    "one name unknown": lambda n: kernel(*(f"    x{i} = y\n" for i in range(n))),
    "ops unknown": lambda n: kernel(*(f"    x{i} = pl.nex(t)\n" for i in range(n))),
    "dtypes differ": lambda n: kernel(*(f"    x{i} = t + n\n" for i in range(n))),
}


@pytest.mark.slow
@pytest.mark.parametrize("make", LONG.values(), ids=LONG)
def test_work_grows_with_the_statements_and_not_much_faster(load: Load, make: Callable[[int], str]) -> None:
    def work(size: int) -> int:
        k = load(make(size))
        return calls_of(lambda: _emitted_or_refused(k))

    work(20)
    short, long = work(100), work(600)
    assert long < 9 * short  # six times the statements; some passes sort


def _emitted_or_refused(module: Any) -> None:
    try:
        ptodsl.emit(module.k)
    except PtoError as error:
        str(error)


@pytest.mark.slow
def test_ten_thousand_statements(load: Load) -> None:
    assert codes(kernel("    t = pl.neg(t)\n" * 10_000), load) == []


CODED = kernel("    # café\n")


@pytest.mark.parametrize(
    "text",
    [
        kernel().rstrip("\n"),
        kernel().replace("\n", "\r\n"),
        kernel().replace("\n", "\r"),
        kernel().replace("    ", "\t"),
        kernel().replace("@pl", "\f\n@pl"),
        kernel("    # \u2028 \x85 \x1c \f\n"),
        "\ufeff" + kernel(),
        b"# -*- coding: latin-1 -*-\n" + CODED.encode("latin-1"),
        b"# -*- coding: utf-8-sig -*-\n" + CODED.encode("utf-8-sig").removeprefix(b"\xef\xbb\xbf"),
        "# -*- coding: shift_jis -*-\n# 日本\n".encode("shift_jis") + kernel().encode(),
        kernel("    '" + "x" * 1_000_000 + "'\n"),
        kernel("    pass; t = pl.neg(t); t = pl.neg(\\\nt)\n"),
        HEAD + SIGNATURE.rstrip() + " return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)",
    ],
    ids=lambda text: repr(text[:20]) + str(len(text)),
)
def test_any_file_that_python_runs_is_read(load: Load, text: str | bytes) -> None:
    assert codes(text, load) == []


def test_a_line_of_a_megabyte_is_shown_in_part(load: Load) -> None:
    text = kernel("    t = pl.nex(t)" + " " * 500_000 + "+ unknown  # " + "x" * 500_000 + "\n")
    with pytest.raises(PtoError) as caught:
        load(text).k.ir  # noqa: B018 # lowers
    lines = str(caught.value).splitlines()
    assert max(map(len, lines)) < 500
    marks = [(line, lines[index + 1]) for index, line in enumerate(lines) if line.startswith("6 |")]
    shown = [source[mark.index("^") : mark.rindex("^") + 1] for source, mark in marks]
    assert shown == ["pl.nex", "unknown"]


def test_bytes_that_are_no_text_are_said_to_be_none(load: Load) -> None:
    k = load(CODED.encode("latin-1")).k
    with pytest.raises(PtoError, match="is not the text that it should be") as caught:
        k.ir  # noqa: B018 # lowers
    assert caught.value.diagnostics[0].code == "E0104"


def gone(file: Path) -> None:
    file.unlink()


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def written(content: bytes) -> Callable[[Path], None]:
    """A change that writes another content."""

    def change(file: Path) -> None:
        file.write_bytes(content)

    return change


@pytest.mark.parametrize(
    "change",
    [
        gone,
        a_folder,
        written(b""),
        written(b"\0" * 100),
        written(b"\xff" * 100),
        written(b"def k(:\n" * 20),
        written(b"x = 1\n" * 20),
        written(b"\n" + kernel().encode()),
        written(kernel("    t = pl.neg(t)\n").encode()),
        written(kernel().replace("[0, 0], [16", "[0, 1], [16").encode()),
        written(kernel().replace("t = pl", "u = pl").encode()),
        written(kernel("    n + 1\n").replace("n + 1", "n - 1").encode()),
    ],
)
def test_source_that_is_gone_or_changed_since_it_ran_is_refused(load: Load, change: Callable[[Path], None]) -> None:
    """Also where it is a kernel still: Python has run another one."""
    k = load(kernel()).k
    change(Path(k.python.__code__.co_filename))
    with pytest.raises(PtoError) as caught:
        k.ir  # noqa: B018 # lowers
    assert [mistake.code for mistake in caught.value.diagnostics] == ["E0104"]
    assert caught.value.diagnostics[0].help


def test_source_whose_comments_changed_is_taken(load: Load) -> None:
    k = load(kernel("    # one\n")).k
    written(kernel("    # other\n").encode())(Path(k.python.__code__.co_filename))
    assert ptodsl.emit(k)


@pytest.mark.parametrize("value", [5, None, len, lambda: 1, "class", []])
def test_decorators_on_something_else_say_so(value: Any) -> None:
    decorators: tuple[Any, ...] = (pl.program, pl.function)
    for decorator in decorators:
        if decorator is pl.function and (value is None or callable(value)):
            continue  # a `def`, or called for a decorator
        with pytest.raises(PtoError) as caught:
            decorator(value)
        assert caught.value.diagnostics[0].code == "E0124"


@pytest.mark.parametrize("expression", ["2 ** 10 ** 9", "1 << 10 ** 12", "7 ** 7 ** 7 ** 7", "10 ** 5000 - 1"])
def test_numbers_that_would_keep_python_busy_are_refused(load: Load, expression: str) -> None:
    assert codes(kernel(f"    m = {expression}\n    t = t + m\n"), load)
    assert codes(kernel(f"    m = 2 ** {MOST_BITS - 1} % 3 + n\n"), load) == []
