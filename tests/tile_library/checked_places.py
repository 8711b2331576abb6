"""Mistakes of place and shape: where tiles lie, what is valid of them, how large temporaries are."""

from __future__ import annotations

from tests.tile_library.checked_cases import CUBE, Mistake

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
    "an element askew that is known to be one at run time only": Mistake(
        "shape-refused",
        "auto a = loaded<Nd>(0, in); Dyn d(1 + zero, 1 + zero); TASSIGN(d, 0x4000);"
        "Tile<TileType::Vec, float, 1, 8, BLayout::RowMajor, 1, 1> e; TASSIGN(e, 0x4000);",
        "TEXTRACT(d, a, 1, 5);",
        "TEXTRACT(e, a, 1, 5);",
        {"row": 1, "column": 5},
    ),
    "an element put in askew that is known to be one at run time only": Mistake(
        "shape-refused",
        "auto a = loaded<Nd>(0, in); Dyn d(1 + zero, 1 + zero); TASSIGN(d, 0x4000); TEXPANDS(d, 1.0f);"
        "Tile<TileType::Vec, float, 1, 8, BLayout::RowMajor, 1, 1> e; TASSIGN(e, 0x4000); pipe_barrier(PIPE_ALL);",
        "TINSERT(a, d, 1, 5);",
        "TINSERT(a, e, 1, 5);",
        {"operand": "dst", "row": 1, "column": 5},
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
    "a product of too few columns": Mistake(
        "shape-refused",
        CUBE
        + "TileRight<float, 32, 32, 32, 16> d; TASSIGN(d, 0); TileAcc<float, 32, 32, 32, 16> few; TASSIGN(few, 0);",
        "TMATMUL(c, l, d);",
        "TMATMUL(few, l, r);",
        {"operand": "right", "size": 16, "limit": 32},
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
