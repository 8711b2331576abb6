"""Faults of the CPU tile library, one for each family of instructions and more where a family has several ways."""

from __future__ import annotations

from tests.mutate.fault import Fault

ISA = "runtime/include/pto/isa/"
LANES = "runtime/include/pto/lanes/"
OPS = "tests/st/test_op_table.py"


def library(*names: str) -> tuple[str, ...]:
    """Tests of the tile library, then those of the op table."""
    return (*(f"tests/tile_library/test_{name}.py" for name in names), OPS)


FAULTS: tuple[Fault, ...] = (
    Fault(
        "a tile may end beyond its memory",
        "assign",
        f"{ISA}assign.hpp",
        "static_assert(Address + detail::tile_bytes<T> <= capacity,",
        "static_assert(Address <= capacity,",
        library("rules"),
    ),
    Fault(
        "a shift by the width keeps the element",
        "bitwise",
        f"{ISA}bitwise.hpp",
        "return inside ? bits_as<V>(wrapping(a) << (amount & (element_bits<V> - 1))) : V{};",
        "static_cast<void>(inside);\n        return bits_as<V>(wrapping(a) << (amount & (element_bits<V> - 1)));",
        library("selection"),
    ),
    Fault(
        "conversions from float to int16 saturate without being asked",
        "convert",
        f"{ISA}convert.hpp",
        "(is_same<From, float> && is_same<To, int16_t>) ||",
        "",
        library("conversions"),
    ),
    Fault(
        "halves are rounded away from zero instead of to even",
        "convert",
        f"{LANES}round.hpp",
        "const Bits nearest = (more | (tie & odd)) ? up : down;",
        "const Bits nearest = (more | tie) ? up : down;",
        library("conversions"),
    ),
    Fault(
        "the smaller of two tiles is the larger",
        "elementwise",
        f"{ISA}elementwise.hpp",
        "return detail::elementwise(detail::Minimum{}, dst, src0, src1);",
        "return detail::elementwise(detail::Maximum{}, dst, src0, src1);",
        library("elementwise"),
    ),
    Fault(
        "the scalars of rows are taken from the first row",
        "expand",
        f"{ISA}expand.hpp",
        "        map_run(operation, extent.cols, dst.first + row * dst.pitch, src.first + row * src.pitch);",
        "        map_run(operation, extent.cols, dst.first + row * dst.pitch, src.first);",
        library("expansions"),
    ),
    Fault(
        "padding begins a column late",
        "fill",
        f"{ISA}fill.hpp",
        "if (copied_cols < cols) fill_window(dst, {0, copied_cols, copied_rows, cols - copied_cols}, pad);",
        "if (copied_cols < cols) fill_window(dst, {0, copied_cols + 1, copied_rows, cols - copied_cols - 1}, pad);",
        library("movement", "kernels"),
    ),
    Fault(
        "the least pad value of integers is one too large",
        "fill",
        "runtime/include/pto/tile/pad.hpp",
        "return static_cast<T>(~greatest_value<T>());",
        "return static_cast<T>(~greatest_value<T>() + 1);",
        library("movement", "reductions"),
    ),
    Fault(
        "windows of several planes put them one row apart",
        "load",
        f"{ISA}load.hpp",
        "load_plane<Tile>(dst.data() + plane * lines.rows * pitch, from, src, lines);",
        "load_plane<Tile>(dst.data() + plane * pitch, from, src, lines);",
        library("movement"),
    ),
    Fault(
        "an accumulating product starts from zero",
        "matmul",
        f"{ISA}matmul.hpp",
        "return {in.data(), Out::Cols, 1};",
        "return from_zeros<typename Out::DType>();",
        library("matmul"),
    ),
    Fault(
        "an extracted window starts in the first row",
        "move",
        f"{ISA}move.hpp",
        "move_window<Relu>(dst, {0, 0}, src, from, valid_extent(dst));",
        "move_window<Relu>(dst, {0, 0}, src, {0, from.col}, valid_extent(dst));",
        library("movement"),
    ),
    Fault(
        "the largest of nothing is zero",
        "reduce",
        f"{LANES}reduce.hpp",
        "static constexpr T neutral = least_value<T>();",
        "static constexpr T neutral = T{0};",
        library("reductions"),
    ),
    Fault(
        "comparisons leave the bits behind the last column",
        "select",
        f"{ISA}select.hpp",
        "return static_cast<unsigned char>(bits & ((1u << count) - 1u));",
        "return static_cast<unsigned char>(bits | (0u * static_cast<unsigned>(count)));",
        library("selection"),
    ),
    Fault(
        "stores round up to a whole vector",
        "store",
        f"{ISA}store.hpp",
        "__builtin_memcpy(to + i, rest, static_cast<size_t>(count - i) * sizeof(To));",
        "__builtin_memcpy(to + i, rest, sizeof(rest));",
        library("movement", "kernels"),
    ),
    Fault(
        "an atomic store writes over what is there",
        "store",
        f"{ISA}store.hpp",
        "sum = bits_as<Bits>(T(static_cast<float>(bits_as<T>(old)) + static_cast<float>(value)));",
        "sum = bits_as<Bits>(value);",
        library("movement"),
    ),
    Fault(
        "a transpose leaves out its last column",
        "transpose",
        f"{ISA}transpose.hpp",
        "detail::valid_rows(src), detail::valid_cols(src));",
        "detail::valid_rows(src), detail::valid_cols(src) - 1);",
        library("movement"),
    ),
    Fault(
        "a view starts in the row above",
        "view",
        f"{ISA}view.hpp",
        "dst.data() = src.data() + GetTileOffset<Src>(row, col);",
        "dst.data() = src.data() + GetTileOffset<Src>(row - 1, col);",
        library("movement", "kernels"),
    ),
    Fault(
        "absolute values are negated ones",
        "unary",
        f"{ISA}unary.hpp",
        "return detail::elementwise(detail::Absolute{}, dst, src);",
        "return detail::elementwise(detail::Negate{}, dst, src);",
        library("elementwise", "math"),
    ),
)
