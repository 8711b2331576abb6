"""Where source is found, and that carets point at the characters that are meant."""

from __future__ import annotations

import functools
import linecache
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import ptodsl.language as pl
from ptodsl.errors import PtoError
from ptodsl.frontend.source import locate
from ptodsl.ir.printer import print_program
from tests.tree import ROOT
from tests.unit.frontend_programs import HEADER, TENSOR, keep, run_cell

KERNEL = f"""@pl.function
def k(a: {TENSOR}, c: {TENSOR}) -> {TENSOR}:
    t = pl.load(a, [0, 0], [16, 64])
    return pl.store(t * 2.0, [0, 0], c)
"""


def marked(error: PtoError) -> list[str]:
    """The characters that each diagnostic points at, taken from the file itself."""
    found: list[str] = []
    for diagnostic in error.diagnostics:
        span = diagnostic.span
        assert span is not None
        lines = [linecache.getline(span.file, line) for line in range(span.line, span.end_line + 1)]
        lines[-1] = lines[-1][: span.end_column]
        found.append("".join(lines)[span.column :])
    return found


def failure_of(text: str) -> PtoError:
    with pytest.raises(PtoError) as raised:
        run_cell(text)["k"].ir  # noqa: B018 # lowers
    return raised.value


def decorated(body: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(body)
    def inner(*arguments: Any) -> Any:
        return body(*arguments)

    return inner


def test_kernel_in_a_cell_has_its_source() -> None:
    assert "muls" in print_program(run_cell(HEADER + KERNEL)["k"].ir)


def test_kernel_under_another_decorator_is_found_behind_it() -> None:
    @pl.function
    @decorated
    def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)

    assert kernel.ir.name == "kernel"


def test_kernels_of_one_name_are_told_apart_by_their_lines() -> None:
    second = KERNEL.replace("2.0", "3.0")
    cell = run_cell(
        HEADER + KERNEL + "first = k\n" + second + "if 1:\n" + KERNEL.replace("\n", "\n    ")[:0] + "    pass\n"
    )
    assert "muls %t, 2.0" in print_program(cell["first"].ir)
    assert "muls %t, 3.0" in print_program(cell["k"].ir)


def test_file_is_parsed_once_however_many_kernels_it_has() -> None:
    text = HEADER + KERNEL + KERNEL.replace("def k", "def j")
    cell = run_cell(text)
    assert locate(cell["k"].python)[0] is locate(cell["j"].python)[0]


@pytest.mark.parametrize("command", ["exec", "-c"])
def test_source_that_python_does_not_keep_is_an_error_with_a_remedy(command: str) -> None:
    if command == "exec":
        with pytest.raises(PtoError) as raised:
            run_cell(HEADER + KERNEL, known=False)["k"].ir  # noqa: B018 # lowers
        text = str(raised.value)
    else:
        program = f"{HEADER}{KERNEL}k.ir"
        run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
        text = run.stderr
    assert "error[E0104]: the source of `k` is not to be had: Python keeps no text for" in text
    assert "put it in a file or a notebook cell" in text


def test_source_that_changed_since_it_ran_is_an_error() -> None:
    cell = run_cell(HEADER + KERNEL)
    file: str = cell["k"].python.__code__.co_filename
    keep(file, "# another line\n" + HEADER + KERNEL.replace("def k", "def j"))
    with pytest.raises(PtoError, match="holds no `def k`"):
        cell["k"].ir  # noqa: B018 # lowers


def test_decorator_on_what_is_no_function_says_so() -> None:
    with pytest.raises(PtoError, match="was applied to 3"):
        pl.function(3)  # type: ignore[call-overload] # the mistake
    with pytest.raises(PtoError, match="`type='InCore'` is no function type"):
        run_cell(HEADER + KERNEL.replace("@pl.function", "@pl.function(type='InCore')"))


def test_carets_count_characters_not_bytes() -> None:
    text = KERNEL.replace("t * 2.0", "größe(t, 'ü') * t")
    assert marked(failure_of(HEADER + text)) == ["größe"]


def test_carets_are_right_in_an_indented_decorated_method() -> None:
    text = "import ptodsl.language as pl\nif True:\n  class Outer:\n" + "".join(
        f"    {line}\n" for line in KERNEL.replace("t * 2.0", "t * wrong").splitlines()
    )
    text += "k = Outer.k\n"
    error = failure_of(text)
    assert marked(error) == ["wrong"]
    assert "7 |         return pl.store(t * wrong, [0, 0], c)\n  |                             ^^^^^" in str(error)


def test_carets_span_the_lines_of_an_expression() -> None:
    text = KERNEL.replace("t * 2.0, [0, 0], c", "\n        pl.exp(\n            a\n        ),\n        [0, 0], c")
    assert marked(failure_of(HEADER + text)) == ["a"]
    text = KERNEL.replace("t * 2.0", "(\n        a\n        + a\n    )")
    assert marked(failure_of(HEADER + text)) == ["a\n        + a"]


def test_tabs_are_kept_before_carets() -> None:
    text = KERNEL.replace("    ", "\t").replace("t * 2.0", "wrong")
    assert "| \treturn pl.store(wrong, [0, 0], c)\n  | \t                ^^^^^" in str(failure_of(HEADER + text))
