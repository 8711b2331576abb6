"""Kernels with one mistake each, and the same kernels mended, as text for one translation unit."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.tile_library.instruction_kernels import PROLOGUE

TYPES = """
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
using Nd = Tile<TileType::Vec, float, 16, 64>;
using Bf = Tile<TileType::Vec, bfloat16_t, 16, 64>;
using Byte = Tile<TileType::Vec, uint8_t, 16, 64>;
using Padded = Tile<TileType::Vec, uint8_t, 16, 64, BLayout::RowMajor, 16, 64, SLayout::NoneBox, 512, PadValue::Zero>;
using PaddedNd = Tile<TileType::Vec, float, 16, 64, BLayout::RowMajor, 16, 64, SLayout::NoneBox, 512, PadValue::Zero>;
using Part = Tile<TileType::Vec, float, 16, 64, BLayout::RowMajor, 7, 40>;
using Int = Tile<TileType::Vec, int32_t, 16, 64>;
using Mask = Tile<TileType::Vec, uint8_t, 16, 32, BLayout::RowMajor, 16, 8>;
using Dyn = Tile<TileType::Vec, float, 16, 64, BLayout::RowMajor, -1, -1>;
using Narrow = Tile<TileType::Vec, float, 16, 64, BLayout::RowMajor, 16, 3>;
using Flipped = Tile<TileType::Vec, float, 64, 16>;
using Column = Tile<TileType::Vec, float, 16, 1, BLayout::ColMajor>;
using Line = Tile<TileType::Vec, float, 1, 64>;
using Tmp = Tile<TileType::Vec, float, 1, 2048>;
using Nz = Tile<TileType::Mat, float, 32, 32, BLayout::ColMajor, 32, 32, SLayout::RowMajor>;
using Zn = Tile<TileType::Mat, float, 32, 32, BLayout::RowMajor, 32, 32, SLayout::ColMajor>;
using Big = Tile<TileType::Mat, float, 64, 32, BLayout::ColMajor, 64, 32, SLayout::RowMajor>;
using Left = TileLeft<float, 32, 32>;
using Right = TileRight<float, 32, 32>;
using DynRight = TileRight<float, 32, 32, -1, 32>;
using Acc = TileAcc<float, 32, 32>;
using Foreign = Tile<TileType::Left, float, 32, 32,
                     left_block_layout == BLayout::RowMajor ? BLayout::ColMajor : BLayout::RowMajor, 32, 32,
                     SLayout::RowMajor>;
using Vec32 = Tile<TileType::Vec, float, 32, 32>;
template <int Cols>
using MatRow = Tile<TileType::Mat, float, 1, Cols>;
template <int Cols>
using BiasRow = Tile<TileType::Bias, float, 1, Cols>;
template <int Rows, int Cols>
using Window = GlobalTensor<float, pto::Shape<1, 1, 1, Rows, Cols>, pto::Stride<1, 1, 1, 64, 1>>;
using DynWindow = GlobalTensor<float, pto::Shape<1, 1, 1, -1, 64>, pto::Stride<1, 1, 1, 64, 1>>;

template <typename T>
T at(uintptr_t address) {
    T tile;
    TASSIGN(tile, address);
    return tile;
}
template <typename T>
T loaded(uintptr_t address, float* in) {
    T tile = at<T>(address);
    Window<T::ValidRow, T::ValidCol> window(in);
    TLOAD(tile, window);
    return tile;
}
"""


@dataclass(frozen=True)
class Mistake:
    """Statements before, then the one that is wrong and the one that is right; `zero` is 0 at run time only."""

    kind: str
    before: str
    wrong: str
    right: str
    fields: dict[str, int | str] = field(default_factory=dict[str, "int | str"])
    after: str = ""

    def source(self, name: str, *, mended: bool) -> str:
        """The kernel as a function of 64 x 64 floats that are read and as many that are written."""
        return (
            f"KERNEL {name}(float* in, float* out, int64_t zero) {{\n"
            "  const checked::Parameter parameters[] = {\n"
            '      {"in", reinterpret_cast<int64_t>(in), 4, checked::Use::Reads, 2, {64, 64}, {64, 1}},\n'
            '      {"out", reinterpret_cast<int64_t>(out), 4, checked::Use::Writes, 2, {64, 64}, {64, 1}}};\n'
            f'  const checked::Kernel run("{name}", parameters);\n'
            "  (void)zero;\n"
            f"  {self.before}\n"
            f"  {self.right if mended else self.wrong}  // {name}\n"
            f"  {self.after}\n"
            "}\n"
        )


def unit(cases: dict[str, Mistake]) -> str:
    """All kernels, wrong and mended."""
    functions = (
        mistake.source(function(name, mended=mended), mended=mended)
        for name, mistake in cases.items()
        for mended in (False, True)
    )
    return f"{PROLOGUE}#include <pto/checked/kernel.hpp>\n{TYPES}{''.join(functions)}"


def function(name: str, *, mended: bool) -> str:
    """The function of a case."""
    return f"{name.replace(' ', '_').replace('-', '_')}_{'mended' if mended else 'wrong'}"


LOADED = "auto a = loaded<Nd>(0, in); auto b = loaded<Nd>(0x2000, in); Window<16, 64> w(out);"
CUBE = (
    "auto m = loaded<Nz>(0, in); auto l = at<Left>(0); auto r = at<Right>(0); auto c = at<Acc>(0); TMOV(l, m); TMOV(r, m);"
)

PLACES: dict[str, Mistake] = {
    "no address": Mistake(
        "unassigned",
        "Nd t; Window<16, 64> w(in);",
        "TLOAD(t, w);",
        "TASSIGN(t, 0), TLOAD(t, w);",
        {"op": "TLOAD", "operand": "dst"},
    ),
    "no address to read": Mistake("unassigned", "Nd t;", "t.GetValue(3);", "t = loaded<Nd>(0, in), t.GetValue(3);"),
    "no pointer": Mistake(
        "unassigned",
        "auto t = at<Nd>(0); Window<16, 64> w;",
        "TLOAD(t, w);",
        "TASSIGN(w, in), TLOAD(t, w);",
        {"operand": "src"},
    ),
    "beyond the memory": Mistake(
        "out-of-capacity",
        "Window<16, 64> w(in);",
        "Nd t; TASSIGN(t, 196608 - 4064); TLOAD(t, w);",
        "Nd t; TASSIGN(t, 196608 - 4096); TLOAD(t, w);",
        {"memory": "UB", "start": 192544, "end": 196640, "capacity": 196608},
    ),
    "far beyond": Mistake(
        "out-of-capacity",
        "Window<16, 64> w(in);",
        "auto t = at<Nd>(0x500000); TLOAD(t, w);",
        "auto t = at<Nd>(0x20000); TLOAD(t, w);",
        {"start": 0x500000},
    ),
    "template address": Mistake(
        "out-of-capacity",
        "Window<16, 64> w(in); Nd t;",
        "TASSIGN<196608>(t); TLOAD(t, w);",
        "TASSIGN<0x1000>(t); TLOAD(t, w);",
    ),
    "address of another memory": Mistake(
        "out-of-capacity",
        "auto a = at<Vec32>(0x1000); auto c = at<Nz>(0x1000); Window<32, 32> w(in);",
        "Nz t; TASSIGN(t, reinterpret_cast<uintptr_t>(a.data())); TLOAD(t, w);",
        "Nz t; TASSIGN(t, reinterpret_cast<uintptr_t>(c.data())); TLOAD(t, w);",
    ),
    "half a block": Mistake(
        "misaligned",
        "Window<16, 64> w(in);",
        "auto t = at<Nd>(16); TLOAD(t, w);",
        "auto t = at<Nd>(32); TLOAD(t, w);",
        {"memory": "UB", "start": 16, "alignment": 32},
    ),
    "half a fractal": Mistake(
        "misaligned",
        "auto m = loaded<Nz>(0, in);",
        "auto l = at<Left>(256); TMOV(l, m);",
        "auto l = at<Left>(512); TMOV(l, m);",
        {"memory": "L0A", "alignment": 512},
    ),
    "rows past the tensor": Mistake(
        "out-of-bounds",
        "auto t = at<Nd>(0);",
        "Window<16, 64> w(in + 49 * 64); TLOAD(t, w);",
        "Window<16, 64> w(in + 48 * 64); TLOAD(t, w);",
        {"op": "TLOAD", "parameter": "in"},
    ),
    "store into an input": Mistake(
        "write-to-input",
        "auto t = loaded<Nd>(0, in);",
        "Window<16, 64> w(in); TSTORE(w, t);",
        "Window<16, 64> w(out); TSTORE(w, t);",
        {"op": "TSTORE", "parameter": "in"},
    ),
}

SHAPES: dict[str, Mistake] = {
    "valid beyond physical": Mistake(
        "shape-refused",
        "Dyn d(17 + zero, 64); TASSIGN(d, 0);",
        "TEXPANDS(d, 1.0f);",
        "d.SetValidShape(16, 64), TEXPANDS(d, 1.0f);",
        {"operand": "dst", "rows": 17},
    ),
    "nothing valid": Mistake(
        "shape-refused",
        "Dyn d(zero, 64); TASSIGN(d, 0);",
        "TEXPANDS(d, 1.0f);",
        "d.SetValidRow(1), TEXPANDS(d, 1.0f);",
        {"rows": 0},
    ),
    "operands disagree": Mistake(
        "shape-refused",
        "auto a = loaded<Nd>(0, in); Dyn d(8 + zero, 64); TASSIGN(d, 0x2000);",
        "TADD(d, a, a);",
        "d.SetValidRow(16), TADD(d, a, a);",
        {"operand": "src0", "size": 16, "limit": 8},
    ),
    "window and tile disagree": Mistake(
        "shape-refused",
        "auto t = at<Nd>(0); DynWindow w(in, pto::Shape<1, 1, 1, -1, 64>(8 + zero));",
        "TLOAD(t, w);",
        "w.SetShape<3>(16), TLOAD(t, w);",
        {"operand": "src"},
    ),
    "askew in rows": Mistake(
        "shape-refused",
        "auto m = loaded<Big>(0, in); auto l = at<Left>(0);",
        "TEXTRACT(l, m, 8, 0);",
        "TEXTRACT(l, m, 16, 0);",
        {"row": 8},
    ),
    "askew in columns": Mistake(
        "shape-refused",
        "auto a = loaded<Nd>(0, in); Tile<TileType::Vec, float, 4, 8> t; TASSIGN(t, 0x4000);",
        "TEXTRACT(t, a, 1, 4);",
        "TEXTRACT(t, a, 1, 8);",
        {"column": 4},
    ),
    "window leaves the tile": Mistake(
        "shape-refused",
        "auto a = loaded<Nd>(0, in); Tile<TileType::Vec, float, 4, 8> t; TASSIGN(t, 0x4000);",
        "TEXTRACT(t, a, 13, 8);",
        "TEXTRACT(t, a, 12, 8);",
        {"operand": "src", "size": 17, "limit": 16},
    ),
    "view leaves the tile": Mistake(
        "shape-refused",
        "auto a = loaded<Nd>(0, in); Tile<TileType::Vec, float, 4, 64> v;",
        "TSUBVIEW(v, a, 13, 0);",
        "TSUBVIEW(v, a, 12, 0);",
    ),
    "half a bias": Mistake(
        "shape-refused",
        "auto m8 = at<MatRow<8>>(0); auto m16 = at<MatRow<16>>(0x400); auto b8 = at<BiasRow<8>>(0);"
        "auto b16 = at<BiasRow<16>>(64);",
        "TMOV(b8, m8);",
        "TMOV(b16, m16);",
    ),
    "depths disagree": Mistake(
        "shape-refused",
        CUBE + "DynRight d(31 + zero); TASSIGN(d, 0);",
        "TMATMUL(c, l, d);",
        "d.SetValidRow(32), TMATMUL(c, l, d);",
        {"operand": "right", "size": 31, "limit": 32},
    ),
    "small temporary of a reduction": Mistake(
        "shape-refused",
        "auto a = loaded<Nd>(0, in); auto c = at<Column>(0x4000); auto t = at<Line>(0x5000); auto u = at<Nd>(0x5000);",
        "TROWSUM(c, a, t);",
        "TROWSUM(c, a, u);",
        {"operand": "tmp", "size": 256, "limit": 4096},
    ),
    "small temporary of a transposition": Mistake(
        "shape-refused",
        "auto a = loaded<Nd>(0, in); auto f = at<Flipped>(0x4000); auto t = at<Line>(0x8000); auto u = at<Nd>(0x8000);",
        "TTRANS(f, a, t);",
        "TTRANS(f, a, u);",
        {"operand": "tmp"},
    ),
    "small temporary of a broadcast": Mistake(
        "shape-refused",
        "auto a = loaded<Nd>(0, in); auto c = at<Column>(0x4000); auto t = at<Line>(0x8000); auto u = at<Tmp>(0x8000);"
        "TROWMAX(c, a, u);",
        "TROWEXPANDSUB(a, a, c, t);",
        "TROWEXPANDSUB(a, a, c, u);",
        {"operand": "tmp", "size": 256, "limit": 512},
    ),
}

OVERLAPS: dict[str, Mistake] = {
    "transposed in place": Mistake(
        "operands-overlap",
        LOADED + "auto f = at<Flipped>(0); auto g = at<Flipped>(0x4000); auto t = at<Nd>(0x8000);",
        "TTRANS(f, a, t);",
        "TTRANS(g, a, t);",
        {"operand": "dst", "other_operand": "src"},
    ),
    "root in place": Mistake("operands-overlap", LOADED, "TRSQRT(a, a);", "TRSQRT(b, a);"),
    "reciprocal in place": Mistake("operands-overlap", LOADED, "TRECIP(a, a);", "TRECIP(b, a);"),
    "reduction through its source": Mistake(
        "operands-overlap",
        LOADED + "auto c = at<Column>(0x4000);",
        "TROWMAX(c, a, a);",
        "TROWMAX(c, a, b);",
        {"operand": "tmp", "other_operand": "src"},
    ),
    "a row further": Mistake(
        "operands-overlap",
        LOADED + "auto d = at<Nd>(0x100);",
        "TADD(d, a, b);",
        "TADD(a, a, b);",
        {"operand": "dst", "other_operand": "src0"},
    ),
    "padded in place": Mistake(
        "operands-overlap",
        "auto a = loaded<Part>(0, in); auto p = at<PaddedNd>(0);",
        "TFILLPAD(p, a);",
        "TFILLPAD_INPLACE(p, a);",
    ),
    "another accumulator": Mistake(
        "operands-overlap",
        CUBE + "auto d = at<Acc>(0x4000); TMATMUL(c, l, r); TMATMUL(d, l, r);",
        "TMATMUL_ACC(d, c, l, r);",
        "TMATMUL_ACC(d, d, l, r);",
        {"operand": "in", "other_operand": "out"},
    ),
    "narrowed in place": Mistake(
        "operands-overlap",
        LOADED + "Tile<TileType::Vec, half, 16, 64> h, g; TASSIGN(h, 0), TASSIGN(g, 0x4000);",
        "TCVT(h, a, RoundMode::CAST_RINT);",
        "TCVT(g, a, RoundMode::CAST_RINT);",
    ),
}

ARCHITECTURE: dict[str, Mistake] = {
    "sum of bf16": Mistake(
        "dtype-refused",
        LOADED + "auto x = at<Bf>(0);",
        "TADD(x, x, x);",
        "TADD(a, a, a);",
        {"op": "TADD", "dtype": "bf16"},
    ),
    "magnitude of integers": Mistake(
        "dtype-refused",
        LOADED + "auto x = at<Int>(0);",
        "TABS(x, x);",
        "TABS(a, a);",
        {"dtype": "int32"},
    ),
    "bytes padded": Mistake(
        "dtype-refused",
        "auto a = loaded<Part>(0, in); auto x = at<Byte>(0); auto p = at<Padded>(0x4000); auto q = at<PaddedNd>(0x4000);",
        "TFILLPAD(p, x);",
        "TFILLPAD(q, a);",
        {"dtype": "uint8"},
    ),
    "bytes to float": Mistake(
        "dtype-refused",
        LOADED + "auto x = at<Byte>(0x8000); auto i = at<Int>(0x4000);",
        "TCVT(b, x, RoundMode::CAST_RINT);",
        "TCVT(i, a, RoundMode::CAST_RINT);",
        {"dtype": "uint8", "target": "fp32"},
    ),
    "integers in order": Mistake(
        "dtype-refused",
        "auto x = at<Int>(0); auto m = at<Mask>(0x4000);",
        "TCMP(m, x, x, CmpMode::LT);",
        "TCMP(m, x, x, CmpMode::EQ);",
    ),
    "accumulator to UB": Mistake(
        "illegal-move",
        CUBE + "TMATMUL(c, l, r); auto v = at<Vec32>(0); Window<32, 32> w(out);",
        "TMOV(v, c);",
        "TSTORE(w, c);",
        {"source": "L0C", "target": "UB"},
    ),
    "foreign left layout": Mistake(
        "layout-refused",
        CUBE + "auto f = at<Foreign>(0);",
        "TMOV(f, m), TMATMUL(c, f, r);",
        "TMATMUL(c, l, r);",
        {"operand": "left"},
    ),
    "unit flag": Mistake(
        "not-modelled",
        CUBE + "TMATMUL(c, l, r); Window<32, 32> w(out);",
        "TSTORE<STPhase::Final>(w, c);",
        "TSTORE(w, c);",
        {"op": "TSTORE"},
    ),
}

DEFINED: dict[str, Mistake] = {
    "stored before it is written": Mistake(
        "undefined-stored",
        LOADED + "auto t = at<Nd>(0x4000);",
        "TSTORE(w, t);",
        "TMOV(t, a), TSTORE(w, t);",
        {"op": "TSTORE", "row": 0, "column": 0, "count": 1024},
    ),
    "beside the valid columns": Mistake(
        "undefined-stored",
        "auto t = loaded<Narrow>(0, in); auto whole = at<Nd>(0); Window<16, 64> w(out); Window<16, 3> part(out);",
        "TSTORE(w, whole);",
        "TSTORE(part, t);",
        {"row": 0, "column": 3, "count": 16 * 61},
    ),
    "a block of 32 bytes is loaded": Mistake(
        "undefined-stored",
        "auto whole = loaded<Nd>(0, in); Window<16, 64> w(out); Window<16, 3> part(in); auto t = at<Narrow>(0);",
        "TLOAD(t, part);",
        "TLOAD(whole, w);",
        {"row": 0, "column": 3, "count": 16 * 5},
        after="TSTORE(w, whole);",
    ),
    "what scratch leaves": Mistake(
        "undefined-stored",
        LOADED + "auto c = at<Column>(0x4000); auto t = at<Nd>(0x5000);",
        "TROWSUM(c, a, b);",
        "TROWSUM(c, a, t);",
        {"count": 1024},
        after="TSTORE(w, b);",
    ),
    "one element through a reduction": Mistake(
        "undefined-stored",
        "auto a = loaded<Part>(0, in); auto x = at<Nd>(0); auto p = at<PaddedNd>(0x2000); auto c = at<Column>(0x4000);"
        "auto t = at<Nd>(0x5000); auto line = at<Tile<TileType::Vec, float, 1, 16>>(0); Window<1, 16> w(out);",
        "TROWMAX(c, x, t);",
        "TFILLPAD(p, a), TROWMAX(c, p, t);",
        {"count": 16},
        after="TRESHAPE(line, c); TSTORE(w, line);",
    ),
    "read before it is written": Mistake(
        "undefined-read",
        "auto t = at<Nd>(0); auto u = loaded<Nd>(0x4000, in);",
        "t.GetValue(5);",
        "t.SetValue(5, 1.0f), t.GetValue(5), u.GetValue(5);",
        {"column": 5},
    ),
    "past the depth": Mistake(
        "undefined-stored",
        "auto m = loaded<Tile<TileType::Mat, float, 32, 32, BLayout::ColMajor, 32, 30, SLayout::RowMajor>>(0, in);"
        "auto n = at<Nz>(0); auto o = loaded<Nz>(0x4000, in); auto l = at<Left>(0); auto r = at<Right>(0);"
        "auto c = at<Acc>(0); Window<32, 32> w(out); TMOV(r, o);",
        "TMOV(l, n);",
        "TMOV(l, o);",
        {"count": 1024},
        after="TMATMUL(c, l, r); TSTORE(w, c); (void)m;",
    ),
    "another layout": Mistake(
        "other-layout",
        "auto m = loaded<Nz>(0, in); auto z = at<Zn>(0); auto r = at<Right>(0);",
        "TMOV(r, z);",
        "TMOV(r, m);",
        {"memory": "L1", "start": 0, "layout": "32x32 of 4 bytes, zn", "other_layout": "32x32 of 4 bytes, nz"},
    ),
    "hidden scratch": Mistake(
        "hidden-scratch",
        LOADED + "auto c = at<Column>(0x4000); auto t = at<Nd>(0x5000); auto u = at<Tmp>(0x8000);"
        "TROWMAX(c, a, t); auto high = loaded<Nd>(184 * 1024, in);",
        "TROWEXPANDSUB(b, a, c);",
        "TROWEXPANDSUB(b, a, c, u);",
        after="TSTORE(w, high);",
    ),
}

CASES = {**PLACES, **SHAPES, **OVERLAPS, **ARCHITECTURE, **DEFINED}
