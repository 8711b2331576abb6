"""Programs that break a rule of the ISA do not compile, and the compiler says the rule's sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tile_library.instruction_kernels import PROLOGUE
from tests.tile_library.toolchain import host_compiler

TILES = """
using Nd = Tile<TileType::Vec, float, 16, 64>;
using Half = Tile<TileType::Vec, half, 16, 64>;
using Column = Tile<TileType::Vec, float, 16, 1, BLayout::ColMajor>;
using Int = Tile<TileType::Vec, int32_t, 16, 64>;
using Small = Tile<TileType::Vec, float, 16, 64, BLayout::RowMajor, 8, 64>;
using Nz = Tile<TileType::Mat, float, 32, 32, BLayout::ColMajor, 32, 32, SLayout::RowMajor>;
using Zn = Tile<TileType::Mat, float, 32, 32, BLayout::RowMajor, 32, 32, SLayout::ColMajor>;
using Left = TileLeft<float, 32, 32>;
using Right = TileRight<float, 32, 32>;
using Acc = TileAcc<float, 32, 32>;
using Window = GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1, 1, 1, 64, 1>>;
using HalfWindow = GlobalTensor<half, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1, 1, 1, 64, 1>>;
using Narrow = GlobalTensor<float, pto::Shape<1, 1, 1, 16, 60>, pto::Stride<1, 1, 1, 64, 1>>;
using Columns = GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1, 1, 1, 1, 16>, Layout::DN>;
"""

RULES = {
    "row of 4 bytes": ("Tile<TileType::Vec, float, 16, 1> t;", "multiple of 32 bytes"),
    "column of 4 bytes": ("Tile<TileType::Vec, float, 1, 16, BLayout::ColMajor> t;", "multiple of 32 bytes"),
    "valid beyond physical": (
        "Tile<TileType::Vec, float, 16, 64, BLayout::RowMajor, 17, 64> t;",
        "valid rows are between 1 and the tile's rows",
    ),
    "box that does not fit": ("TileLeft<float, 24, 32> t;", "multiple of the fractal's rows"),
    "static valid shape set": ("Nd t; t.SetValidRow(3);", "declare them DYNAMIC"),
    "scalar read of L1": ("Nz t; t.GetValue(0);", "only tiles in UB"),
    "address": ("Nd t; TASSIGN<16>(t);", "multiple of 32 bytes"),
    "capacity": ("Nd t; TASSIGN<196608 - 4064>(t);", "ends beyond its memory"),
    "tile larger than memory": ("TileAcc<float, 256, 256> t; TASSIGN<0>(t);", "larger than its memory"),
    "load into L0A": ("Left t; Window w(p); TLOAD(t, w);", "TLOAD fills tiles in UB or L1"),
    "load of another type": ("Half t; Window w(p); TLOAD(t, w);", "tile and window have one element type"),
    "load of another shape": ("Nd t; Narrow w(p); TLOAD(t, w);", "length of a line"),
    "load of another layout": ("Nd t; Columns w(p); TLOAD(t, w);", "UB keeps the layout"),
    "store of another type": ("Nd t; HalfWindow w((half*)p); TSTORE(w, t);", "convert with TCVT first"),
    "store from L0A": ("Left t; Window w(p); TSTORE(w, t);", "TSTORE takes tiles from UB, L1 or L0C"),
    "add of two types": ("Nd a; Half b; TADD(a, a, b);", "operands have one element type"),
    "add of columns": ("Column a; TADD(a, a, a);", "TRESHAPE an [M, 1] column-major tile"),
    "add of two valid shapes": ("Nd a; Small b; TADD(a, a, b);", "operands have one valid shape"),
    "add in L1": ("Nz a; TADD(a, a, a);", "are in UB"),
    "exp of integers": ("Int a; TEXP(a, a);", "takes float, half or bfloat16_t"),
    "and of floats": ("Nd a; TAND(a, a, a);", "takes integers"),
    "row sum into wide columns": (
        "Nd a; Tile<TileType::Vec, float, 16, 8, BLayout::ColMajor> c; TROWSUM(c, a, a);",
        "[M, 1]",
    ),
    "product of swapped operands": ("Left a; Right b; Acc c; TMATMUL(c, b, a);", "left operand in L0A"),
    "product of two types": (
        "TileLeft<half, 32, 32> a; Right b; Acc c; TMATMUL(c, a, b);",
        "both operands of a product have one element type",
    ),
    "product of unequal depth": ("TileLeft<float, 32, 64> a; Right b; Acc c; TMATMUL(c, a, b);", "[M, K], [K, N]"),
    "move from UB to L0A": ("Nd a; Left l; TMOV(l, a);", "no such path on chip"),
    "move from L0C to UB": ("Tile<TileType::Vec, float, 32, 32> a; Acc c; TMOV(a, c);", "no such path on chip"),
    "reshape in L1": ("Nz a; Zn b; TRESHAPE(b, a);", "outside UB a tile is reshaped only"),
    "reshape to fewer bytes": ("Nd a; Half b; TRESHAPE(b, a);", "as many bytes"),
    "convert to the same type": ("Half a; TCVT(a, a, RoundMode::CAST_RINT);", "copy with TMOV"),
    "pad with nothing": ("Nd a, b; TFILLPAD(a, b);", "names the pad value"),
    "static size asked of a dynamic one": (
        "GlobalTensor<float, pto::Shape<1, 1, 1, -1, 64>, pto::Stride<1, 1, 1, 64, 1>> g(p); (void)g.GetShape<3>();",
        "this size is dynamic",
    ),
    "too few sizes": ("pto::Shape<1, 1, -1, -1, 64> s(3);", "a value for each dynamic dimension"),
}


@pytest.mark.parametrize("rule", RULES)
def test_a_broken_rule_is_named(rule: str, tmp_path: Path) -> None:
    statement, sentence = RULES[rule]
    unit = tmp_path / "broken.cpp"
    unit.write_text(f"{PROLOGUE}{TILES}void broken(float* p) {{ (void)p; {statement} }}\n")
    finished = host_compiler().run(unit, "-std=c++17", "-fsyntax-only")
    assert finished.returncode != 0, "the program compiles"
    assert sentence in finished.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "Tile<TileType::Vec, float, 64, 1000> t; TASSIGN<0>(t); (void)t;",
        "Tile<TileType::Vec, float, 32, 32> a; Acc c; TMOV(a, c);",
        "TileAcc<float, 256, 256> t; TASSIGN<0>(t);",
    ],
)
def test_a5_allows_more(statement: str, tmp_path: Path) -> None:
    unit = tmp_path / "allowed.cpp"
    unit.write_text(f"#define PTODSL_ARCH_A5\n{PROLOGUE}{TILES}void allowed() {{ {statement} }}\n")
    finished = host_compiler().run(unit, "-std=c++17", "-fsyntax-only")
    assert finished.returncode == 0, finished.stderr
