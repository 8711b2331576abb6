"""Spelling of C++: names, constants, windows, expressions."""

from __future__ import annotations

import math
import struct

import ml_dtypes
import numpy as np
import pytest

from ptodsl.codegen.layout import WIDTH, listed
from ptodsl.codegen.lines import Line
from ptodsl.codegen.literals import spell
from ptodsl.codegen.names import Scope, identifier
from ptodsl.codegen.windows import address, window
from ptodsl.ir.dtypes import BF16, BOOL, FP16, FP32, INDEX, INT64, UINT8, UINT64
from ptodsl.ir.hardware import Layout
from ptodsl.ir.nodes import Literal, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.strides import contiguous_strides
from ptodsl.ir.types import ScalarType, TensorType

HERE = Span("k.py", 1, 0, 1, 1)


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("tile", "tile"),
        ("class", "class_"),
        ("template", "template_"),
        ("main", "main_"),
        ("half", "half_"),
        ("TLOAD", "TLOAD_"),
        ("PIPE_V", "PIPE_V_"),
        ("EOF", "EOF_"),
        ("int32_t", "int32_t_"),
        ("a__b", "a_b"),
        ("_x", "x"),
        ("__", "value"),
        ("_1", "v1"),
        ("_int", "int_"),
        ("__class", "class_"),
        ("größe", "gruf6udfe"),
        ("0", "v0"),
        ("", "value"),
    ],
)
def test_names_become_legal_identifiers(name: str, spelled: str) -> None:
    assert identifier(name) == spelled


def test_a_scope_gives_each_name_once() -> None:
    scope = Scope(["taken"])
    names = [scope.name(name) for name in ("x", "x", "class", "class", "taken", "x_1", "_x")]
    assert len(set(names)) == len(names)
    assert "taken" not in names


def _fp32(text: str) -> float:
    (value,) = struct.unpack("f", struct.pack("f", float(text.rstrip("f"))))
    return float(value)


@pytest.mark.parametrize("seed", range(200))
def test_fp32_constants_keep_their_bits(seed: int) -> None:
    bits = np.random.default_rng(seed).integers(0, 1 << 32, dtype=np.uint64).astype(np.uint32)
    value = bits.view(np.float32)
    if np.isfinite(value):
        assert np.float32(_fp32(spell(float(value), FP32))).tobytes() == value.tobytes()


@pytest.mark.parametrize(
    ("value", "dtype", "text"),
    [
        (0.0884, FP32, "0.0884f"),
        (1.0, FP32, "1.0f"),
        (-0.0, FP32, "-0.0f"),
        (1e-9, FP32, "1e-09f"),
        (math.inf, FP32, "__builtin_inff()"),
        (-math.inf, FP32, "-__builtin_inff()"),
        (math.nan, FP32, '__builtin_nanf("")'),
        (0.5, FP16, "half(0.5f)"),
        (3.140625, BF16, "bfloat16_t(3.140625f)"),
        (True, BOOL, "true"),
        (-(1 << 63), INT64, "(-9223372036854775807 - 1)"),
        (255, UINT8, "255u"),
        ((1 << 64) - 1, UINT64, "18446744073709551615ull"),
        (-3, INDEX, "-3"),
    ],
)
def test_constants(value: float, dtype: object, text: str) -> None:
    assert spell(value, dtype) == text  # type: ignore[arg-type]  # parametrised


@pytest.mark.parametrize("narrow", [(FP16, np.float16), (BF16, ml_dtypes.bfloat16)], ids=["fp16", "bf16"])
def test_16_bit_constants_are_exact_in_fp32(narrow: tuple[object, type]) -> None:
    dtype, scalar = narrow
    for bits in np.random.default_rng(0).integers(0, 1 << 16, 300).astype(np.uint16):
        value = float(bits.view(scalar))
        if math.isfinite(value):
            inner = spell(value, dtype).partition("(")[2].rstrip(")")  # type: ignore[arg-type]  # a dtype
            assert scalar(_fp32(inner)) == scalar(value)


def test_comments_cannot_end_or_continue() -> None:
    comment = Line(0, "close", {}, Span("dir/a\\\nb?ü\t.py", 7, 0, 7, 1)).comment
    assert comment == "a__b_ü_.py:7"


def test_strides_are_in_elements() -> None:
    assert contiguous_strides((2, 3, 4)) == (12, 4, 1)
    assert contiguous_strides((7,)) == (1,)


def _window(shape: tuple[int, ...], sizes: tuple[int, ...], layout: Layout, rows: str, columns: str) -> str:
    strides = [str(stride) for stride in contiguous_strides(shape)]
    return str(window(TensorType(shape, FP32), sizes, strides, (rows, columns), layout).spelling)


def test_windows_leave_out_dims_of_one_element() -> None:
    text = _window((8, 16, 2, 32), (1, 16, 1, 32), Layout.ND, "16", "32")
    assert text == "GlobalTensor<float, pto::Shape<1, 1, 1, 16, 32>, pto::Stride<8192, 8192, 8192, 64, 1>>"


def test_rows_may_span_several_dims() -> None:
    text = _window((8, 16, 32), (4, 16, 32), Layout.ND, "64", "32")
    assert text == "GlobalTensor<float, pto::Shape<1, 1, 4, 16, 32>, pto::Stride<4096, 4096, 512, 32, 1>>"


def test_a_transposed_operand_sees_rows_as_columns() -> None:
    text = _window((128, 64), (128, 64), Layout.ZN, "64", "128")
    assert text == "GlobalTensor<float, pto::Shape<1, 1, 1, 64, 128>, pto::Stride<8192, 8192, 8192, 1, 64>, Layout::DN>"


def test_run_time_extents_are_left_open() -> None:
    text = _window((64, 64), (16, 64), Layout.NZ, "n", "64")
    assert text == "GlobalTensor<float, pto::Shape<1, 1, 1, -1, 64>, pto::Stride<4096, 4096, 4096, 64, 1>>"


def test_addresses_fold_what_is_known() -> None:
    row = Value("row", ScalarType(INDEX), HERE)
    offsets: list[Operand] = [row, Literal(3, INDEX, HERE)]
    assert address("a", offsets, ["64", "1"], lambda operand: getattr(operand, "name", "?")) == "a + row * 64 + 3"
    assert address("a", [Literal(0, INDEX, HERE)], ["1"], lambda _: "?") == "a"


def test_long_lists_stand_an_item_a_line() -> None:
    assert listed(["a", "b"], "f(", ");") == "f(a, b);"
    items = [f"argument_{index}" for index in range(20)]
    text = listed(items, "f(", ");")
    assert len(text.splitlines()) == 21
    assert all(len(line) <= WIDTH for line in text.splitlines())
