"""Mistakes of use: operands over one another, what an architecture refuses, elements that are undefined."""

from __future__ import annotations

from tests.tile_library.checked_cases import CUBE, LOADED, Mistake

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
        "auto a = loaded<Part>(0, in); auto x = at<Byte>(0); auto p = at<Padded>(0x4000);"
        "auto q = at<PaddedNd>(0x4000);",
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
    "blocks of scalars with a temporary": Mistake(
        "layout-refused",
        LOADED + "auto s = at<Blocks>(0x8000); TEXPANDS(s, 2.0f); auto c = at<Column>(0x9000); TROWSUM(c, a, b);"
        "auto t = at<Tmp>(0xa000);",
        "TROWEXPANDADD(a, a, s, t);",
        "TROWEXPANDADD(a, a, c, t);",
        {"op": "TROWEXPANDADD", "operand": "src1"},
    ),
    "scalars first in blocks with a temporary": Mistake(
        "layout-refused",
        LOADED + "auto s = at<Blocks>(0x8000); TEXPANDS(s, 2.0f); auto t = at<Tmp>(0xa000);",
        "TROWEXPANDSUB(a, s, a, t);",
        "TROWEXPANDSUB(a, s, a);",
        {"operand": "src0"},
    ),
    "one scalar in a block": Mistake(
        "shape-refused",
        LOADED + "auto s = at<First>(0x8000); TEXPANDS(s, 2.0f); auto r = at<Blocks>(0x9000); TEXPANDS(r, 2.0f);",
        "TROWEXPANDMUL(a, a, s);",
        "TROWEXPANDMUL(a, a, r);",
        {"operand": "src1", "size": 1, "limit": 8},
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
