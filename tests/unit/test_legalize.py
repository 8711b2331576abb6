"""Physical shapes, layouts, columns, temporaries, windows and conversions."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ptodsl.errors.memory import (
    ColumnRefused,
    ConversionMissing,
    LayoutsDiffer,
    ReshapeRefused,
    ScratchTooSmall,
    SliceRefused,
    VectorDTypeRefused,
    WindowRefused,
)
from ptodsl.ir.dtypes import DTYPES
from ptodsl.machine import A2A3, A5, ARCHITECTURES, Architecture
from ptodsl.passes.conversions import embeds, steps
from tests.placing import LEGAL, after, kernel, lines, mistake, mistakes, ops

COLUMN = "%c: tensor<16x1xfp32>, %d: out tensor<16x1xfp32>"


@pytest.mark.parametrize(
    ("shape", "dtype", "formed"),
    [
        ((16, 64), "fp32", "tile<16x64xfp32, ub, nd>"),
        ((3, 5), "fp32", "tile<3x5xfp32 in 3x8, ub, nd>"),
        ((3, 5), "int8", "tile<3x5xint8 in 3x32, ub, nd>"),
        ((1, 17), "fp16", "tile<1x17xfp16 in 1x32, ub, nd>"),
        ((16, 1), "fp32", "tile<16x1xfp32, ub, dn>"),
        ((3, 1), "fp16", "tile<3x1xfp16 in 16x1, ub, dn>"),
        ((1, 1), "int64", "tile<1x1xint64 in 4x1, ub, dn>"),
    ],
)
def test_tiles_of_ub_are_rounded_to_32_bytes(shape: tuple[int, int], dtype: str, formed: str) -> None:
    rows, columns = shape
    text = f"%a = create_tile shape=[{rows}, {columns}] dtype={dtype} : tile<{rows}x{columns}x{dtype}>"
    assert lines(LEGAL, "", text)[0].endswith(formed)


@pytest.mark.parametrize(("dtype", "rows", "columns"), [("fp32", 16, 32), ("fp16", 16, 32), ("int8", 32, 32)])
def test_fractal_tiles_are_rounded_to_the_granule(dtype: str, rows: int, columns: int) -> None:
    accumulator = "int32" if dtype == "int8" else "fp32"
    result = lines(
        LEGAL,
        f"%a: tensor<3x17x{dtype}>, %b: tensor<9x17x{dtype}>, %o: out tensor<3x9x{accumulator}>",
        f"""
        %l = load %a[0, 0] sizes=[3, 17] : tile<3x17x{dtype}>
        %r = load %b[0, 0] sizes=[9, 17] transpose=true : tile<17x9x{dtype}>
        %p = matmul %l, %r : tile<3x9x{accumulator}>
        store %p, %o[0, 0]
        """,
    )
    assert result[0].endswith(f"tile<3x17x{dtype} in {rows}x{columns}, l1, nz>")
    assert result[1].endswith(f"tile<17x9x{dtype} in 32x{rows}, l1, zn>")
    assert result[2].endswith(f"tile<3x17x{dtype} in {rows}x{columns}, l0a, zz>")
    assert result[3].endswith(f"tile<17x9x{dtype} in 32x{rows}, l0b, zn>")
    assert result[4].endswith(f"tile<3x9x{accumulator} in {rows}x{rows}, l0c, nz>"), "as its operands are rounded"


def test_left_operand_has_the_layout_of_the_architecture() -> None:
    text = """
        %l = load %a[0, 0] sizes=[16, 16] transpose=true : tile<16x16xfp16>
        %p = matmul %l, %l : tile<16x16xfp32>
        """
    assert "l0a, zz" in "\n".join(lines(LEGAL, "%a: tensor<16x16xfp16>", text, A2A3))
    assert "l0a, nz" in "\n".join(lines(LEGAL, "%a: tensor<16x16xfp16>", text, A5))


def test_a_chain_on_columns_turns_once() -> None:
    result = lines(
        LEGAL,
        COLUMN,
        """
        %a = load %c[0, 0] sizes=[16, 1] : tile<16x1xfp32>
        %b = exp %a : tile<16x1xfp32>
        %e = mul %b, %a : tile<16x1xfp32>
        %f = adds %e, 1.0 : tile<16x1xfp32>
        store %f, %d[0, 0]
        """,
    )
    assert result == [
        "%a = load %c[0, 0] sizes=[16, 1] : tile<16x1xfp32, ub, dn>",
        "%a_row = reshape %a shape=[1, 16] : tile<1x16xfp32, ub, nd>",
        "%b = exp %a_row : tile<1x16xfp32, ub, nd>",
        "%e = mul %b, %a_row : tile<1x16xfp32, ub, nd>",
        "%f = adds %e, 1.0 : tile<1x16xfp32, ub, nd>",
        "%f_column = reshape %f shape=[16, 1] : tile<16x1xfp32, ub, dn>",
        "store %f_column, %d[0, 0]",
    ]


def test_online_softmax_reshapes_each_column_once() -> None:
    program = after(
        LEGAL,
        kernel(
            "%s: tensor<16x64xfp32>, %m: tensor<16x1xfp32>, %o: out tensor<16x64xfp32>, %n: out tensor<16x1xfp32>",
            """
            %x = load %s[0, 0] sizes=[16, 64] : tile<16x64xfp32>
            %old = load %m[0, 0] sizes=[16, 1] : tile<16x1xfp32>
            %now = row_max %x : tile<16x1xfp32>
            %new = maximum %old, %now : tile<16x1xfp32>
            %y = row_expand_sub %x, %new : tile<16x64xfp32>
            %p = exp %y : tile<16x64xfp32>
            %diff = sub %old, %new : tile<16x1xfp32>
            store %p, %o[0, 0]
            store %new, %n[0, 0]
            """,
        ),
    )
    assert ops(program).count("reshape") == 3, "old and now to rows, new to a column; diff is nobody's column"


def test_reshapes_between_row_and_column_fold() -> None:
    result = lines(
        LEGAL,
        COLUMN,
        """
        %a = load %c[0, 0] sizes=[16, 1] : tile<16x1xfp32>
        %r = reshape %a shape=[1, 16] : tile<1x16xfp32>
        %s = reshape %r shape=[16, 1] : tile<16x1xfp32>
        %t = exp %s : tile<16x1xfp32>
        %u = reshape %t shape=[1, 16] : tile<1x16xfp32>
        %v = exp %u : tile<1x16xfp32>
        %w = transpose %v : tile<16x1xfp32>
        store %w, %d[0, 0]
        """,
    )
    assert [line for line in result if "reshape" in line] == [
        "%a_row = reshape %a shape=[1, 16] : tile<1x16xfp32, ub, nd>",
        "%w_column = reshape %v shape=[16, 1] : tile<16x1xfp32, ub, dn>",
    ]


def test_run_time_valid_rows_turn_with_the_column() -> None:
    result = lines(
        LEGAL,
        f"{COLUMN}, %n: index",
        """
        %a = load %c[0, 0], valid [%n, 1] sizes=[16, 1] : tile<16x1xfp32, valid ?x1>
        %b = exp %a : tile<16x1xfp32, valid ?x1>
        store %b, %d[0, 0]
        """,
    )
    assert result[1:3] == [
        "%a_row = reshape %a shape=[1, 16] : tile<1x16xfp32, ub, nd, valid 1x?>",
        "%b = exp %a_row : tile<1x16xfp32, ub, nd, valid 1x?>",
    ]


def test_a_column_that_a_loop_carries_stays_a_column() -> None:
    result = lines(
        LEGAL,
        f"{COLUMN}, %n: index",
        """
        %a = load %c[0, 0] sizes=[16, 1] : tile<16x1xfp32>
        %b = exp %a : tile<16x1xfp32>
        for %k = 0 to %n step 1 carry (%x = %b: tile<16x1xfp32>) {
          %y = exp %x : tile<16x1xfp32>
          yield %y
        } -> (%z)
        store %z, %d[0, 0]
        """,
    )
    assert result[3:9] == [
        "%b_column = reshape %b shape=[16, 1] : tile<16x1xfp32, ub, dn>",
        "for %k = 0 to %n step 1 carry (%x = %b_column: tile<16x1xfp32, ub, dn>) {",
        "  %x_row = reshape %x shape=[1, 16] : tile<1x16xfp32, ub, nd>",
        "  %y = exp %x_row : tile<1x16xfp32, ub, nd>",
        "  %y_column = reshape %y shape=[16, 1] : tile<16x1xfp32, ub, dn>",
        "  yield %y_column",
    ]


def test_one_element_is_a_column_and_a_row() -> None:
    result = lines(
        LEGAL,
        "%x: tensor<4x64xfp32>, %y: out tensor<1x1xfp32>",
        """
        %a = load %x[0, 0] sizes=[1, 64] : tile<1x64xfp32>
        %s = row_sum %a : tile<1x1xfp32>
        %t = exp %s : tile<1x1xfp32>
        %b = row_expand_mul %a, %t : tile<1x64xfp32>
        store %t, %y[0, 0]
        """,
    )
    assert "%s_row = reshape %s shape=[1, 1] : tile<1x1xfp32 in 1x8, ub, nd>" in result
    assert "%t_column = reshape %t shape=[1, 1] : tile<1x1xfp32 in 8x1, ub, dn>" in result
    assert "store %t_column, %y[0, 0]" in result


def test_temporaries_are_provided_and_given_ones_kept() -> None:
    result = lines(
        LEGAL,
        "%x: tensor<40x50xfp32>",
        """
        %a = load %x[0, 0] sizes=[40, 50] : tile<40x50xfp32>
        %mine = create_tile shape=[40, 50] dtype=fp32 : tile<40x50xfp32>
        %s = row_sum %a, %mine : tile<40x1xfp32>
        %t = row_max %a : tile<40x1xfp32>
        %u = row_expand_mul %a, %t : tile<40x50xfp32>
        %v = transpose %u : tile<50x40xfp32>
        """,
    )
    assert "%s = row_sum %a, %mine : tile<40x1xfp32, ub, dn>" in result
    temporaries = [line for line in result if line.startswith("%tmp")]
    assert [line.split(" : ")[1] for line in temporaries] == [
        "tile<40x50xfp32 in 40x56, ub, nd>",
        "tile<1x320xfp32, ub, nd>",
        "tile<56x48xfp32, ub, nd>",
    ]


@pytest.mark.parametrize(("rows", "bytes_"), [(1, 256), (8, 256), (9, 512), (255, 8192), (256, 8192), (1000, 8192)])
def test_row_blocks_take_32_bytes_a_row_up_to_8_kib(rows: int, bytes_: int) -> None:
    result = lines(
        LEGAL,
        f"%x: tensor<{rows}x8xfp16>, %c: tensor<{rows}x1xfp16>",
        f"""
        %a = load %x[0, 0] sizes=[{rows}, 8] : tile<{rows}x8xfp16>
        %b = load %c[0, 0] sizes=[{rows}, 1] : tile<{rows}x1xfp16>
        %u = row_expand_mul %a, %b : tile<{rows}x8xfp16>
        """,
    )
    assert f"tile<1x{bytes_ // 2}xfp16, ub, nd>" in result[2]


def test_temporary_of_a_transpose_that_is_too_small_is_refused() -> None:
    found = mistake(
        LEGAL,
        "%x: tensor<3x64xfp16>",
        """
        %a = load %x[0, 0] sizes=[3, 64] : tile<3x64xfp16>
        %mine = create_tile shape=[3, 64] dtype=fp16 : tile<3x64xfp16>
        %t = transpose %a, %mine : tile<64x3xfp16>
        """,
    )
    assert isinstance(found, ScratchTooSmall)
    assert found.message == "`transpose` needs a temporary of 2048 bytes, this one has 384"


SLICES = "%x: tensor<16x64xfp32>, %i: index"
SOURCE = "%a = load %x[0, 0] sizes=[16, 64] : tile<16x64xfp32>\n"


@pytest.mark.parametrize(
    ("source", "window", "op"),
    [
        ("16x64xfp32", "[8, 0] sizes=[8, 64]", "slice"),
        ("16x64xfp32", "[3, 0] sizes=[1, 64]", "slice"),
        ("16x60xfp32", "[3, 0] sizes=[2, 58]", "slice"),
        ("16x64xfp32", "[8, 0] sizes=[8, 56]", "extract"),
        ("16x64xfp32", "[0, 8] sizes=[16, 56]", "extract"),
        ("16x64xfp32", "[%i, 0] sizes=[8, 64]", "extract"),
        ("16x64xfp32", "[3, 5] sizes=[1, 1]", "extract"),
        ("1x64xfp32", "[0, 8] sizes=[1, 24]", "slice"),
        ("64x1xfp32", "[8, 0] sizes=[24, 1]", "slice"),
    ],
)
def test_a_slice_is_a_view_where_its_bytes_are_a_contiguous_part(source: str, window: str, op: str) -> None:
    rows, columns = source.split("x")[:2]
    sizes = window.split("sizes=[")[1].rstrip("]").replace(", ", "x")
    text = f"""
        %a = load %x[0, 0] sizes=[{rows}, {columns}] : tile<{source}>
        %b = slice %a{window} : tile<{sizes}xfp32>
        """
    program = after(LEGAL, kernel(f"%x: tensor<{source}>, %i: index", text))
    assert [name for name in ops(program) if name != "reshape"] == ["load", op]


def test_a_slice_of_a_column_inside_a_block_is_an_extract_of_its_row() -> None:
    result = lines(
        LEGAL,
        "%c: tensor<64x1xfp32>, %d: out tensor<8x1xfp32>, %i: index",
        """
        %a = load %c[0, 0] sizes=[64, 1] : tile<64x1xfp32>
        %j = scalar.mul %i, 8 : index
        %b = slice %a[%j, 0] sizes=[8, 1] : tile<8x1xfp32>
        store %b, %d[0, 0]
        """,
    )
    assert "%b = extract %a_row[0, %j] sizes=[1, 8] : tile<1x8xfp32, ub, nd>" in result


@pytest.mark.parametrize(
    ("offset", "aligned"),
    [
        ("%p = scalar.mul %i, 16 : index", True),
        ("%q = scalar.mul %i, 24 : index\n%p = scalar.sub %q, 8 : index", True),
        ("%p = scalar.mul %i, 4 : index", False),
        ("%q = scalar.mul %i, 8 : index\n%p = scalar.add %q, %i : index", False),
    ],
)
def test_run_time_columns_must_be_known_multiples_of_a_block(offset: str, aligned: bool) -> None:
    text = f"{SOURCE}{offset}\n%b = slice %a[0, %p] sizes=[16, 8] : tile<16x8xfp32>"
    if aligned:
        assert "extract" in ops(after(LEGAL, kernel(SLICES, text)))
        return
    found = mistake(LEGAL, SLICES, text)
    assert isinstance(found, SliceRefused)
    assert "`i * 8`" in found.help


@pytest.mark.parametrize(
    ("window", "type_", "anywhere"),
    [
        ("[3, 5], valid [1, 1] sizes=[1, 8]", "1x8xfp32, valid 1x1", True),
        ("[3, 5], valid [%i, 1] sizes=[1, 1]", "1x1xfp32, valid ?x1", False),
    ],
)
def test_one_element_comes_from_anywhere_if_it_is_known_to_be_one(window: str, type_: str, anywhere: bool) -> None:
    text = f"{SOURCE}%b = slice %a{window} : tile<{type_}>"
    if anywhere:
        assert "extract" in ops(after(LEGAL, kernel(SLICES, text)))
    else:
        assert isinstance(mistake(LEGAL, SLICES, text), SliceRefused)


def test_loop_index_in_steps_of_a_block_is_aligned() -> None:
    text = """
        for %p = 8 to 64 step 8 {
          %b = slice %a[0, %p] sizes=[16, 8] : tile<16x8xfp32>
          store %b, %y[0, %p]
        }
        """
    after(LEGAL, kernel(f"{SLICES}, %y: out tensor<16x64xfp32>", SOURCE + text.replace("\n        ", "\n")))


@pytest.mark.parametrize(
    ("window", "needle"),
    [("[0, 5] sizes=[16, 8]", "this one at 5"), ("[0, 8] sizes=[16, 1]", "no run of bytes")],
)
def test_slices_that_nothing_copies_are_refused(window: str, needle: str) -> None:
    sizes = window.split("sizes=[")[1].rstrip("]").replace(", ", "x")
    found = mistake(LEGAL, SLICES, f"{SOURCE}%b = slice %a{window} : tile<{sizes}xfp32>")
    assert isinstance(found, SliceRefused)
    assert needle in found.message


@pytest.mark.parametrize(
    ("source", "target"),
    [((4, 64), (8, 32)), ((1, 24), (3, 8)), ((24, 1), (3, 8)), ((3, 8), (24, 1)), ((8, 32), (1, 256))],
)
def test_reshape_of_packed_rows_is_a_view(source: tuple[int, int], target: tuple[int, int]) -> None:
    text = f"""
        %a = create_tile shape=[{source[0]}, {source[1]}] dtype=fp32 : tile<{source[0]}x{source[1]}xfp32>
        %b = reshape %a shape=[{target[0]}, {target[1]}] : tile<{target[0]}x{target[1]}xfp32>
        """
    assert "reshape" in ops(after(LEGAL, kernel("", text)))


@pytest.mark.parametrize(
    ("source", "target"), [((4, 6), (2, 12)), ((4, 6), (24, 1)), ((1, 24), (4, 6)), ((8, 8), (16, 4))]
)
def test_reshape_of_padded_rows_is_refused(source: tuple[int, int], target: tuple[int, int]) -> None:
    text = f"""
        %a = create_tile shape=[{source[0]}, {source[1]}] dtype=fp32 : tile<{source[0]}x{source[1]}xfp32>
        %b = reshape %a shape=[{target[0]}, {target[1]}] : tile<{target[0]}x{target[1]}xfp32>
        """
    assert isinstance(mistake(LEGAL, "", text), ReshapeRefused)


@pytest.mark.parametrize(
    ("parameters", "text", "needle"),
    [
        ("%c: tensor<64x8xfp32>", "%a = load %c[0, 0] sizes=[64, 1] : tile<64x1xfp32>", "consecutive"),
        ("%c: tensor<4x8x1xfp32>", "%a = load %c[0, 0, 0] sizes=[2, 4, 1] : tile<8x1xfp32>", "consecutive"),
        ("%c: tensor<5000x4xfp32>", "%a = load %c[0, 0] sizes=[5000, 4] : tile<5000x4xfp32>", "4095 rows"),
        (
            "%c: tensor<4x8x16xfp16>",
            "%a = load %c[0, 0, 0] sizes=[4, 8, 16] : tile<32x16xfp16, l1>",
            "at most one size besides the last",
        ),
        ("%c: tensor<16x70000xfp16>", "%a = load %c[0, 0] sizes=[16, 16] : tile<16x16xfp16, l1>", "65535"),
    ],
)
def test_windows_that_no_transfer_covers_are_refused(parameters: str, text: str, needle: str) -> None:
    found = mistake(LEGAL, parameters, text)
    assert isinstance(found, WindowRefused)
    assert needle in found.message


@pytest.mark.parametrize(
    ("tensor", "window", "tile"),
    [
        ("64x1xfp32", "[8, 0] sizes=[20, 1]", "20x1xfp32"),
        ("4x8x1xfp32", "[1, 0, 0] sizes=[2, 8, 1]", "16x1xfp32"),
        ("64x8xfp32", "[3, 5] sizes=[1, 1]", "1x1xfp32"),
        ("8x16x32xfp32", "[0, 0, 0] sizes=[4, 8, 16]", "32x16xfp32"),
        ("4x8x16xfp16", "[1, 0, 0] sizes=[1, 8, 16]", "8x16xfp16, l1"),
        ("70000xfp32", "[5] sizes=[100]", "1x100xfp32"),
    ],
)
def test_windows_that_a_transfer_covers_pass(tensor: str, window: str, tile: str) -> None:
    after(LEGAL, kernel(f"%c: tensor<{tensor}>", f"%a = load %c{window} : tile<{tile}>"))


def test_stored_column_must_be_contiguous() -> None:
    text = """
        %a = create_tile shape=[16, 1] dtype=fp32 : tile<16x1xfp32>
        store %a, %y[0, 0]
        """
    assert isinstance(mistake(LEGAL, "%y: out tensor<16x4xfp32>", text), WindowRefused)


@pytest.mark.parametrize(
    "text",
    [
        "%b = row_sum %c : tile<16x1xfp32>",
        "%b = col_sum %c : tile<1x1xfp32>",
        "%b = row_expand_mul %c, %c : tile<16x1xfp32>",
    ],
)
def test_ops_that_need_rows_refuse_columns(text: str) -> None:
    found = mistake(LEGAL, "", f"%c = create_tile shape=[16, 1] dtype=fp32 : tile<16x1xfp32>\n{text}")
    assert isinstance(found, ColumnRefused)
    assert "[1, 16]" in found.help


@pytest.mark.parametrize(
    ("dtype", "op", "cast"),
    [
        ("bf16", "neg", "pl.FP32"),
        ("int8", "abs", "pl.FP16"),
        ("int32", "abs", "pl.FP32"),
        ("uint8", "fillpad", "pl.FP16"),
    ],
)
def test_arithmetic_that_the_vector_unit_lacks_is_refused_with_the_cast(dtype: str, op: str, cast: str) -> None:
    text = f"""
        %a = create_tile shape=[16, 64] dtype={dtype} : tile<16x64x{dtype}>
        %b = {op} %a : tile<16x64x{dtype}>
        """
    found = mistake(LEGAL, "", text)
    assert isinstance(found, VectorDTypeRefused)
    assert cast in found.help
    after(LEGAL, kernel("", text), A5)


@pytest.mark.parametrize(
    ("dtype", "op", "refused_on"),
    [
        ("bf16", "exp %a", {"a2a3", "a5"}),
        ("bf16", "relu %a", {"a2a3", "a5"}),
        ("int8", "neg %a", {"a2a3", "a5"}),
        ("int16", "relu %a", {"a2a3", "a5"}),
        ("int32", "row_expand_div %a, %column", {"a2a3"}),
        ("int16", "col_expand_div %a, %row", {"a2a3"}),
        ("int16", "row_expand_mul %a, %column", set[str]()),
    ],
)
def test_some_vector_instructions_take_less_than_the_unit_does(dtype: str, op: str, refused_on: set[str]) -> None:
    text = f"""
        %a = create_tile shape=[16, 64] dtype={dtype} : tile<16x64x{dtype}>
        %column = create_tile shape=[16, 1] dtype={dtype} : tile<16x1x{dtype}>
        %row = create_tile shape=[1, 64] dtype={dtype} : tile<1x64x{dtype}>
        %b = {op} : tile<16x64x{dtype}>
        """
    for architecture in (A2A3, A5):
        if architecture.name in refused_on:
            assert isinstance(mistake(LEGAL, "", text, architecture), VectorDTypeRefused)
        else:
            after(LEGAL, kernel("", text), architecture)


def test_three_mistakes_are_three_errors() -> None:
    text = """
        %a = create_tile shape=[16, 64] dtype=bf16 : tile<16x64xbf16>
        %b = exp %a : tile<16x64xbf16>
        %c = add %b, %a : tile<16x64xbf16>
        %d = slice %c[0, 5] sizes=[16, 16] : tile<16x16xbf16>
        """
    assert [found.code for found in mistakes(LEGAL, "", text)] == ["E0411", "E0411", "E0415"]


def test_conversion_that_is_missing_goes_through_an_exact_one() -> None:
    assert lines(
        LEGAL,
        "",
        """
        %a = create_tile shape=[8, 16] dtype=bf16 : tile<8x16xbf16>
        %b = cast %a dtype=fp16 mode=floor : tile<8x16xfp16>
        """,
    )[1:] == [
        "%b_fp32 = cast %a dtype=fp32 : tile<8x16xfp32, ub, nd>",
        "%b = cast %b_fp32 dtype=fp16 mode=floor : tile<8x16xfp16, ub, nd>",
    ]


def test_conversion_that_would_round_twice_is_refused() -> None:
    text = """
        %a = create_tile shape=[8, 16] dtype=fp32 : tile<8x16xfp32>
        %b = cast %a dtype=int8 : tile<8x16xint8 >
        """.replace(" >", ">")
    found = mistake(LEGAL, "", text)
    assert isinstance(found, ConversionMissing)
    assert found.message == "a2a3 has no conversion from FP32 to INT8"
    assert "FP32 converts to" in found.help


def test_conversion_to_the_same_dtype_is_nothing() -> None:
    text = """
        %a = create_tile shape=[8, 16] dtype=fp32 : tile<8x16xfp32>
        %b = cast %a dtype=fp32 : tile<8x16xfp32>
        store %b, %y[0, 0]
        """
    assert lines(LEGAL, "%y: out tensor<8x16xfp32>", text)[1:] == ["store %a, %y[0, 0]"]


def test_conversions_of_columns_work_on_rows() -> None:
    text = """
        %a = load %c[0, 0] sizes=[16, 1] : tile<16x1xfp32>
        %b = cast %a dtype=fp16 : tile<16x1xfp16>
        """
    assert lines(LEGAL, COLUMN, text)[2] == "%b = cast %a_row dtype=fp16 : tile<1x16xfp16, ub, nd>"


@pytest.mark.parametrize("architecture", ARCHITECTURES.values(), ids=ARCHITECTURES)
def test_every_step_of_a_conversion_exists_and_only_the_last_may_round(architecture: Architecture) -> None:
    table = architecture.conversions
    for source in DTYPES.values():
        for target in DTYPES.values():
            path = (source, *(steps(source, target, architecture) or ()))
            for here, there in pairwise(path):
                assert there in table[here]
                assert there is target or embeds(here, there)


def test_transposed_and_plain_windows_do_not_merge() -> None:
    found = mistake(
        LEGAL,
        "%a: tensor<32x32xfp16>, %f: bool",
        """
        if %f {
          %u = load %a[0, 0] sizes=[32, 32] : tile<32x32xfp16, l1>
          yield %u
        } else {
          %v = load %a[0, 0] sizes=[32, 32] transpose=true : tile<32x32xfp16, l1>
          yield %v
        } -> (%l: tile<32x32xfp16>)
        %p = matmul %l, %l : tile<32x32xfp32>
        """,
    )
    assert isinstance(found, LayoutsDiffer)
    assert found.message == "`l` is laid out as nz on one path and as zn on the other"


def test_transposed_windows_merge_and_are_carried() -> None:
    result = lines(
        LEGAL,
        "%a: tensor<32x32xfp16>, %n: index",
        """
        %u = load %a[0, 0] sizes=[32, 32] transpose=true : tile<32x32xfp16>
        for %k = 0 to %n step 1 carry (%l = %u: tile<32x32xfp16>) {
          %p = matmul %l, %l : tile<32x32xfp32>
          %v = load %a[0, 0] sizes=[32, 32] transpose=true : tile<32x32xfp16>
          yield %v
        } -> (%w)
        """,
    )
    assert "%l = %u: tile<32x32xfp16, l1, zn>" in result[1]
