"""Expressions: operators, literals, compile-time values, subscripts."""

from __future__ import annotations

import enum
import math
from typing import Any

import numpy as np
import pytest

import ptodsl.language as pl
from ptodsl.errors import PtoError
from ptodsl.ir.builder import Builder
from ptodsl.ir.dtypes import DTYPES, FP16, FP32, INDEX, INT8, INT32, DType
from ptodsl.ir.nodes import Literal
from ptodsl.ir.span import Span
from tests.unit.frontend_programs import HEADER, TENSOR, kernel_of, lines_of, run_cell

N = "n: pl.Scalar[pl.INDEX], x: pl.Scalar[pl.FP32], "


def codes_of(body: str, parameters: str = N, result: str = "t", names: dict[str, Any] | None = None) -> list[str]:
    with pytest.raises(PtoError) as raised:
        kernel_of(body, parameters, result, names)
    return [diagnostic.code for diagnostic in raised.value.diagnostics]


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("t + t", ["add %t, %t"]),
        ("t - 2.0", ["subs %t, 2.0"]),
        ("t * x", ["muls %t, %x"]),
        ("t / 2", ["divs %t, 2.0"]),
        ("2.0 + t", ["adds %t, 2.0"]),
        ("x * t", ["muls %t, %x"]),
        ("2.0 - t", ["neg %t", "adds %0, 2.0"]),
        ("x - t", ["neg %t", "adds %0, %x"]),
        ("1.0 / t", ["recip %t"]),
        ("2.0 / t", ["full 2.0 shape=[16, 64] dtype=fp32", "div %0, %t"]),
        ("-t", ["neg %t"]),
        ("+t", []),
        ("t + -1.5", ["adds %t, -1.5"]),
        ("pl.maximum(t, 0)", ["maxs %t, 0.0"]),
    ],
)
def test_operator_on_tiles_is_an_op(expression: str, lines: list[str]) -> None:
    found = [line.partition(" = ")[2].partition(" : ")[0] for line in lines_of(kernel_of(f"u = {expression}", N, "u"))]
    assert found == lines


@pytest.mark.parametrize(
    ("expression", "op"),
    [
        ("n + 1", "scalar.add %n, 1"),
        ("1 - n", "scalar.sub 1, %n"),
        ("n // 4", "scalar.floordiv %n, 4"),
        ("n % 4", "scalar.mod %n, 4"),
        ("x / 2", "scalar.div %x, 2.0"),
        ("-n", "scalar.neg %n"),
        ("n <= 4", "scalar.le %n, 4"),
        ("not n", "scalar.not %n"),
        ("pl.min(n, 4)", "scalar.min %n, 4"),
        ("pl.max(4, n)", "scalar.max 4, %n"),
        ("pl.cast(n, pl.FP32)", "scalar.cast %n dtype=fp32"),
    ],
)
def test_operator_on_scalars_is_an_op(expression: str, op: str) -> None:
    (line,) = lines_of(kernel_of(f"m = {expression}", N))
    assert line.startswith(f"%m = {op} : ")


def test_compile_time_values_come_from_closures_globals_and_builtins() -> None:
    class Mode(enum.Enum):
        FAST = 3

    names = {
        "H": np.int64(4),
        "dims": [16, (32, 64)],
        "math": math,
        "Mode": Mode,
        "dt": pl.FP16,
        "eps": np.float32(0.5),
    }
    body = "u = t[0 : H * 2 - len(dims), : dims[1][0]] * math.inf\nv = pl.cast(u * eps, dt)\nw = min(H, 3, *())"
    with pytest.raises(PtoError):
        kernel_of(body, "", "t", dict(names))
    lines = lines_of(kernel_of("\n".join(body.splitlines()[:2]), "", "t", dict(names)))
    assert lines == [
        "%0 = slice %t[0, 0] sizes=[6, 32] : tile<6x32xfp32>",
        "%u = muls %0, inf : tile<6x32xfp32>",
        "%1 = muls %u, 0.5 : tile<6x32xfp32>",
        "%v = cast %1 dtype=fp16 : tile<6x32xfp16>",
    ]


def test_closure_cells_are_read_when_the_program_is_built() -> None:
    def build(rows: int) -> Any:
        half = rows // 2

        @pl.function
        def kernel(
            a: pl.Tensor[[rows, 64], pl.FP32], c: pl.Tensor[[half, 64], pl.FP32]
        ) -> pl.Tensor[[half, 64], pl.FP32]:
            return pl.store(pl.load(a, [half, 0], [half, 64]), [0, 0], c)

        return kernel

    for rows in (16, 32):
        assert f"load %a[{rows // 2}, 0] sizes=[{rows // 2}, 64]" in lines_text(build(rows).ir, "kernel")


def lines_text(program: Any, name: str) -> str:
    from ptodsl.ir.printer import print_function

    return print_function(program.function(name))


@pytest.mark.parametrize(
    ("subscript", "line"),
    [
        ("t[0:8, :]", "slice %t[0, 0] sizes=[8, 64]"),
        ("t[8:]", "slice %t[8, 0] sizes=[8, 64]"),
        ("t[-4:, :-32]", "slice %t[12, 0] sizes=[4, 32]"),
        ("t[n : n + 4, 0:64]", "slice %t[%n, 0] sizes=[4, 64]"),
        ("t[n : 4 + n]", "slice %t[%n, 0] sizes=[4, 64]"),
    ],
)
def test_subscript_of_a_tile_is_a_slice(subscript: str, line: str) -> None:
    (found,) = lines_of(kernel_of(f"u = {subscript}", N))
    assert found.startswith(f"%u = {line} : ")


def test_shape_and_dtype_are_compile_time_values() -> None:
    (line,) = lines_of(kernel_of("u = pl.full([a.shape[0], t.shape[1]], t.dtype, 0)", ""))
    assert line == "%u = full 0.0 shape=[16, 64] dtype=fp32 : tile<16x64xfp32>"


def test_literal_takes_the_dtype_that_it_meets() -> None:
    body = "h = pl.cast(t, pl.FP16)\ng = h * 0.1\nk: pl.Scalar[pl.INT32] = 7\nm = k + 1\nj = pl.cast(k, pl.INT8) + 1"
    lines = lines_of(kernel_of(body, ""))
    assert "%g = muls %h, 0.1:fp16 : tile<16x64xfp16>" in lines


def test_reassigned_number_keeps_its_dtype() -> None:
    body = "k: pl.Scalar[pl.INT32] = 7\nif n > 0:\n    k = 9\nm = k + 1"
    assert "%m = scalar.add %k, 1:int32 : int32" in lines_of(kernel_of(body, N, "t * pl.cast(m, pl.FP32)"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("u = t / (1 / 2)", "E0212"),
        ("u = t[0]", "E0119"),
        ("u = t[::2]", "E0119"),
        ("u = t[0:n, :]", "E0110"),
        ("u = a[0:8, :]", "E0119"),
        ("u = t // 2.0", "E0119"),
        ("u = t ** 2", "E0119"),
        ("u = n is x", "E0119"),
        ("u = n in (1, 2)", "E0119"),
        ("u = t < t", "E0119"),
        ("u = ~n", "E0103"),
        ("u = t.T", "E0107"),
        ("u = pl.Tensor", "E0118"),
        ("u = {}", "E0103"),
        ("u = (y := 3)", "E0103"),
        ("u = int(n)", "E0110"),
        ("u = t.sum()", "E0107"),
        ("u = pl.load(a, [0.5, 0], [16, 64])", "E0206"),
        ("u = pl.load(a, [x, 0], [16, 64])", "E0204"),
        ("u = pl.load(a, [True, 0], [16, 64])", "E0204"),
        ("t += a", "E0119"),
        ("u: pl.Scalar[pl.INT8] = 300", "E0206"),
        ("u: pl.Scalar[pl.FP16] = 100000.0", "E0206"),
        ("u: pl.Scalar[pl.FP16] = 2049", "E0206"),
        ("u: pl.Scalar[pl.FP32] = n", "E0207"),
        ("u: pl.Tile[[16, 32], pl.FP32] = pl.exp(t)", "E0207"),
        ("u: pl.Tile[[16, 64], pl.FP16] = t", "E0207"),
        ("u: int = 3", "E0106"),
        ("n = 1.5", "E0206"),
        ("n = x", "E0208"),
        ("k = 1\nk = 2.0", "E0206"),
        ("k = 1\nk = t", "E0208"),
    ],
)
def test_expression_that_means_nothing_is_refused(body: str, code: str) -> None:
    if code == "E0118":
        assert codes_of(f"{body}\nt = t * u", N) in (["E0119"], ["E0118"])
    else:
        assert codes_of(body) == [code]


SPAN = Span("<test>", 1, 0, 1, 1)


def literal(value: float, dtype: DType) -> Literal:
    return Literal(value, dtype, SPAN)


@pytest.mark.parametrize(
    ("name", "left", "right", "dtype", "result"),
    [
        ("scalar.add", 2, 3, INDEX, 5),
        ("scalar.floordiv", -7, 2, INT32, -4),
        ("scalar.mod", -7, 2, INT32, 1),
        ("scalar.mul", 0.10000000149011612, 0.10000000149011612, FP32, 0.010000000707805157),
        ("scalar.lt", 1, 2, INDEX, True),
        ("scalar.max", 1.0, 2.0, FP16, 2.0),
    ],
)
def test_builder_folds_literals(name: str, left: float, right: float, dtype: DType, result: float) -> None:
    folded = Builder().op(name, ((literal(left, dtype),), (literal(right, dtype),)), {}, SPAN)
    assert isinstance(folded, Literal)
    assert folded.value == result


def test_builder_leaves_what_only_run_time_may_refuse() -> None:
    builder = Builder()
    for name, left, right, dtype in (("scalar.mod", 1, 0, INDEX), ("scalar.add", 127, 1, INT8)):
        assert not isinstance(builder.op(name, ((literal(left, dtype),), (literal(right, dtype),)), {}, SPAN), Literal)
    assert len(builder.finish().statements) == 2


@pytest.mark.parametrize("dtype", [dtype for dtype in DTYPES.values() if dtype.is_integer], ids=repr)
def test_integer_literal_must_be_in_range(dtype: DType) -> None:
    low, high = dtype.range
    text = HEADER + f"@pl.function\ndef k(s: pl.Scalar[pl.{dtype}], c: {TENSOR}) -> {TENSOR}:\n    r = s + VALUE\n"
    text += "    return pl.store(pl.full([16, 64], pl.FP32, 0.0), [0, 0], c)\n"
    for value in (low, high):
        run_cell(text.replace("VALUE", f"({value})"))["k"].ir  # noqa: B018 # lowers
    for value in (low - 1, high + 1):
        with pytest.raises(PtoError, match="does not fit"):
            run_cell(text.replace("VALUE", f"({value})"))["k"].ir  # noqa: B018 # lowers
