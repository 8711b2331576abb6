"""Calls: older and newer spellings of ops, keywords, memories, and the arguments of kernels."""

from __future__ import annotations

import pytest

import ptodsl.language as pl
from ptodsl.errors import PtoError
from tests.typing.kernels import build, product, scaled
from tests.unit.frontend_programs import HEADER, TENSOR, kernel_of, lines_of, run_cell, text_of

N = "n: pl.Scalar[pl.INDEX], "


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("u = pl.load(a, [0, 0], [16, 64])", "u = pl.load(a, offsets=[0, 0], shapes=[16, 64])"),
        ("u = pl.load(a, [0, 0], [16, 64])", "u = pl.block.load(tensor=a, offsets=(0, 0), sizes=(16, 64))"),
        ("u = pl.load(a, [0, 0], [16, 64], [n, 64])", "u = pl.tile.load(a, [0, 0], [16, 64], valid_shape=[n, 64])"),
        (
            "u = pl.load(a, [0, 0], [16, 64], target_memory=pl.MemorySpace.L1)",
            "u = pl.load(a, [0, 0], [16, 64], pl.MemorySpace.Mat)",
        ),
        (
            "u = pl.load(a, [0, 0], [16, 64], target_memory=pl.MemorySpace.L1)",
            "u = pl.load(a, [0, 0], [16, 64], None, pl.Mem.L1, transpose=False)",
        ),
        ("u = pl.move(t, target_memory=pl.MemorySpace.UB)", "u = pl.move(t, pl.MemorySpace.Vec)"),
        ("pl.store(t, [0, 0], [16, 64], c)", "pl.store(t, [0, 0], c, shapes=[16, 64])"),
        ("pl.store(t, [0, 0], c)", "u = pl.l0c_store(tile=t, offsets=[0, 0], tensor=c)"),
        ("u = pl.create_tile([16, 64], pl.FP16)", "u = pl.block.create_tile([16, 64], dtype=pl.FP16)"),
        ("u = pl.full([16, 64], pl.FP32, 1.0)", "u = pl.block.full([16, 64], dtype=pl.FP32, value=1)"),
        ("u = pl.cast(t, pl.FP16)", "u = pl.cast(t, target_type=pl.FP16, mode=None)"),
        ("u = pl.cast(t, pl.FP16, mode='floor')", "u = pl.cast(t, dtype=pl.FP16, mode='floor')"),
        ("u = pl.row_max(t)", "u = pl.row_max(t, None)"),
        ("u = pl.row_sum(t, t)", "u = pl.row_sum(t, tmp_tile=t)"),
        ("u = pl.adds(t, 1.0)", "u = pl.add(t, 1.0)"),
        ("u = pl.fillpad(t, pad_value=pl.PadValue.min)", "u = pl.fillpad(t, 'min')"),
        ("u = pl.fillpad(t)", "u = pl.fillpad(t, pad_value=pl.PadValue.zero)"),
        ("u = pl.set_validshape(t, n, 64)", "u = pl.set_validshape(t, [n, 64])"),
        ("u = pl.slice(t, [8, 64], [0, 0])", "u = pl.view(t, [8, 64], [0, 0])"),
        ("u = pl.reshape(t, [32, 32])", "u = pl.reshape(source=t, shape=[32, 32])"),
    ],
)
def test_spellings_mean_one_op(first: str, second: str) -> None:
    lines = lines_of(kernel_of(first, N))
    assert len(lines) == 1
    assert lines == lines_of(kernel_of(second, N))


def test_result_of_a_store_is_the_tensor() -> None:
    program = kernel_of("d = pl.store(t, [0, 0], c)\nd = pl.store(t, [0, 0], d)", "", "t")
    assert lines_of(program) == ["store %t, %c[0, 0]"] * 2


def test_written_memory_stands_in_the_type() -> None:
    (line,) = lines_of(kernel_of("u = pl.load(a, [0, 0], [16, 64], target_memory=pl.MemorySpace.Mat)", ""))
    assert line.endswith("tile<16x64xfp32, l1>")


def test_atomic_store_keeps_its_word() -> None:
    assert lines_of(kernel_of("pl.store(t, [0, 0], c, atomic=True)", "")) == ["store %t, %c[0, 0] atomic=true"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            "pl.load(a, [0, 0], [16, 64], target_memory='L1')",
            "`target_memory` of `pl.load` must be a member of `pl.MemorySpace`, this is `'L1'`",
        ),
        ("pl.load(a, 0, [16, 64])", "`pl.load` needs a list of scalars as `offsets`, this is `0`"),
        (
            "pl.load(a, [t, 0], [16, 64])",
            "`pl.load` needs a list of scalars as `offsets`, this is a tile FP32[16, 64]",
        ),
        ("pl.load(a, [0, 0], [16.0, 64])", "`shapes` of `pl.load` must be a list of ints, this is 2 items"),
        ("pl.load(a, [0, 0], [16, 64], transpose=n)", "`transpose` of `pl.load` must be known at compile time"),
        ("pl.load(t, [0, 0], [16, 64])", "`pl.load` needs a tensor as `tensor`, this is a tile FP32[16, 64]"),
        ("pl.store(t, [0, 0], t)", "`pl.store` needs a tensor as `tensor`, this is a tile FP32[16, 64]"),
        ("pl.store(t, [0, 0])", "`pl.store` needs the argument `tensor`"),
        ("pl.cast(t, FP16)", "`FP16` is not defined"),
        ("pl.cast(t, 'fp16')", "`target_type` of `pl.cast` must be a dtype, e.g. `pl.FP32`, this is `'fp16'`"),
        ("pl.add(t, a)", "`pl.add` needs a tile as `right`, this is a tensor FP32[16, 64]"),
        ("pl.row_expand_add(t, pl.row_max(t), t)", "`pl.row_expand_add` takes 2 arguments by position, this gives 3"),
        ("pl.exp(t, source=t)", "`pl.exp` got `source` twice"),
        ("pl.exp(*t)", "`*` in front of an expression cannot be compiled"),
        ("pl.exp(**t)", "`**` in front of an argument cannot be compiled"),
        ("pl.load(a, [0, 0], [16, 64], valid_shape=[n])", "`load`: 1 valid extents"),
    ],
)
def test_call_that_fits_no_row_says_why(call: str, message: str) -> None:
    with pytest.raises(PtoError) as raised:
        kernel_of(f"u = {call}", N, "t")
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.message == message


PROGRAM = f"""{HEADER}
@pl.program
class Program:
    @pl.function
    def kernel(self, a: {TENSOR}, s: pl.Scalar[pl.FP16], b: pl.Tensor[[16], pl.FP32], c: {TENSOR}, d: {TENSOR}
               ) -> tuple[{TENSOR}, {TENSOR}]:
        t = pl.load(a, [0, 0], [16, 64]) * pl.cast(s, pl.FP32)
        pl.load(b, [0], [16])
        c, d = pl.store(t, [0, 0], c), pl.store(t, [0, 0], d)
        return d, c
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: {TENSOR}, b: pl.Tensor[[16], pl.FP32], c: {TENSOR}) -> tuple[{TENSOR}, {TENSOR}]:
        CALL
"""


def main_of(call: str) -> list[str]:
    program = run_cell(PROGRAM.replace("CALL", call))["Program"].ir
    return lines_of_main(text_of(program))


def lines_of_main(text: str) -> list[str]:
    return [line.strip() for line in text[text.index("@main") :].splitlines()[1:-1]]


def test_outputs_that_are_left_out_are_provided_and_results_follow_the_callee() -> None:
    assert main_of("d, c = self.kernel(a, 0.1, b)\n        return c, d") == [
        "%c_1 = create_tensor shape=[16, 64] dtype=fp32 : tensor<16x64xfp32>",
        "%d = create_tensor shape=[16, 64] dtype=fp32 : tensor<16x64xfp32>",
        "call @kernel(%a, 0.1:fp16, %b, %c_1, %d)",
        "return %c_1, %d",
    ]


def test_output_that_is_passed_is_the_buffer_itself() -> None:
    assert main_of("x, y = self.kernel(a, 1, c=c, b=b)\n        return x, y") == [
        "%d = create_tensor shape=[16, 64] dtype=fp32 : tensor<16x64xfp32>",
        "call @kernel(%a, 1.0:fp16, %b, %c, %d)",
        "return %d, %c",
    ]


def test_result_may_be_picked_and_passed_on_within_an_expression() -> None:
    lines = main_of("r = self.kernel(a, 1.0, b)\n        return self.kernel(r[0], 2.0, b, d=r[1])")
    assert lines[-2:] == ["call @kernel(%d, 2.0:fp16, %b, %c_2, %c_1)", "return %c_1, %c_2"]


def test_input_may_not_be_left_out() -> None:
    with pytest.raises(PtoError, match="`kernel` needs the argument `b`"):
        main_of("return self.kernel(a, 1.0)")


def test_kernels_of_the_typing_tests_lower() -> None:
    assert "adds" in text_of(scaled.ir)
    assert "core=cube" in text_of(product.ir)
    assert "fillpad" in text_of(build(16, 64, pl.FP16).ir)


@pytest.mark.parametrize(
    "body",
    [
        "return pl.store(tile=t, offsets=[0, 0], output_tensor=c)",
        "return pl.store(t, [0, 0], output_tensor=c)",
        "u = pl.slice(t, shape=[8, 16], offset=[0, 0])\nreturn pl.store(u, [0, 0], c)",
        "u = pl.tile.view(t, shape=[8, 16], offset=[8, 0])\nreturn pl.store(u, [0, 0], c)",
    ],
)
def test_keywords_of_pypto_are_taken(body: str) -> None:
    source = (
        "import ptodsl.language as pl\n"
        "@pl.function\n"
        "def k(a: pl.Tensor[[16, 16], pl.FP32], c: pl.Out[pl.Tensor[[16, 16], pl.FP32]])"
        " -> pl.Tensor[[16, 16], pl.FP32]:\n"
        "    t = pl.load(a, [0, 0], [16, 16])\n" + "".join(f"    {line}\n" for line in body.splitlines())
    )
    assert "store" in text_of(run_cell(source)["k"].ir)
