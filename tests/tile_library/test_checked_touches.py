"""The bytes that checked instructions say they touch, and on which pipe: those that the hardware touches."""

from __future__ import annotations

import ctypes
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.tile_library.checked_cases import TYPES
from tests.tile_library.instruction_kernels import PROLOGUE
from tests.tile_library.toolchain import checked_flags, host_compiler

pytestmark = pytest.mark.xdist_group("tile_library_checked_touches")

RECORDER = Path(__file__).parent / "engines" / "recorder.cpp"
S, V, MTE1, MTE2, MTE3, M, FIX = 0, 1, 2, 3, 4, 5, 7
UB, L1, L0A, L0B, L0C, BIAS, SCALING, GM = range(8)


@dataclass(frozen=True)
class Touch:
    """One touch: operand, effect, memory, and lines of bytes; global addresses count from the tensor's first byte."""

    operand: str
    effect: str
    space: int
    start: int
    run: int
    lines: tuple[tuple[int, int], ...] = ()
    """How many, and how far apart, in each dim that has more than one."""


@dataclass(frozen=True)
class Case:
    """Statements before, the one that is looked at, its pipe and its touches."""

    statement: str
    pipe: int
    touches: tuple[Touch, ...]
    before: str = ""
    facts: dict[str, int] = field(default_factory=dict[str, int])


SMALL = "using SmallLeft = TileLeft<float, 32, 32, 5, 9>; using SmallRight = TileRight<float, 32, 32, 9, 20>;"
PRODUCT = SMALL + (
    "auto l = at<SmallLeft>(0x400); auto r = at<SmallRight>(0x800);TileAcc<float, 32, 32, 5, 20> c; TASSIGN(c, 0x1000);"
)
FACTORS = (
    Touch("left", "read", L0A, 0x400, 1024),
    Touch("right", "read", L0B, 0x800, 2048),
)
RESULT = Touch("out", "write", L0C, 0x1000, 1024, ((2, 2048),))

CASES: dict[str, Case] = {
    "a load writes blocks of 32 bytes": Case(
        "TLOAD(t, w);",
        MTE2,
        (Touch("dst", "write", UB, 0x1000, 32, ((16, 256),)), Touch("src", "read", GM, 0, 12, ((16, 256),))),
        "auto t = at<Narrow>(0x1000); Window<16, 3> w(in);",
    ),
    "a store reads blocks of 32 bytes": Case(
        "TSTORE(w, t);",
        MTE3,
        (Touch("src", "read", UB, 0, 32, ((16, 256),)), Touch("dst", "write", GM, 0, 12, ((16, 256),))),
        "auto t = at<Narrow>(0); Window<16, 3> w(in);",
    ),
    "an addition in global memory": Case(
        "TSTORE<Nd, Window<16, 64>, AtomicType::AtomicAdd>(w, t);",
        MTE3,
        (Touch("src", "read", UB, 0, 4096), Touch("dst", "add", GM, 0, 4096)),
        "auto t = at<Nd>(0); Window<16, 64> w(in);",
    ),
    "planes with gaps": Case(
        "TLOAD(t, w);",
        MTE2,
        (
            Touch("dst", "write", UB, 0, 1024),
            Touch("src", "read", GM, 0, 64, ((2, 4000), (2, 1600), (4, 400))),
        ),
        "Tile<TileType::Vec, float, 16, 16> t; TASSIGN(t, 0);"
        "GlobalTensor<float, pto::Shape<2, 1, 2, 4, 16>, pto::Stride<1000, 7, 400, 100, 1>> w(in);",
    ),
    "the vector unit touches what is valid": Case(
        "TADD(a, a, b);",
        V,
        (
            Touch("src0", "read", UB, 0, 160, ((7, 256),)),
            Touch("src1", "read", UB, 0x2000, 160, ((7, 256),)),
            Touch("dst", "write", UB, 0, 160, ((7, 256),)),
        ),
        "auto a = at<Part>(0); auto b = at<Part>(0x2000);",
    ),
    "a reduction and its temporary": Case(
        "TROWSUM(c, a, t);",
        V,
        (
            Touch("src", "read", UB, 0, 160, ((7, 256),)),
            Touch("dst", "write", UB, 0x4000, 28),
            Touch("tmp", "write", UB, 0x5000, 7 * 160),
        ),
        "auto a = at<Part>(0); Tile<TileType::Vec, float, 16, 1, BLayout::ColMajor, 7, 1> c; TASSIGN(c, 0x4000);"
        "auto t = at<Nd>(0x5000);",
        {"hidden_flags": 1},
    ),
    "a broadcast without a temporary": Case(
        "TROWEXPANDSUB(a, a, c);",
        V,
        (
            Touch("hidden scratch", "write", UB, 184 * 1024, 8 * 1024),
            Touch("src0", "read", UB, 0, 4096),
            Touch("src1", "read", UB, 0x4000, 64),
            Touch("dst", "write", UB, 0, 4096),
        ),
        "auto a = at<Nd>(0); auto c = at<Column>(0x4000);",
        {"hidden_flags": 0},
    ),
    "an element is cut out by the scalar unit": Case(
        "TEXTRACT(e, a, 1, 5);",
        V,
        (Touch("src", "read", UB, 256 + 20, 4), Touch("dst", "write", UB, 0x4000, 4)),
        "auto a = at<Nd>(0); Tile<TileType::Vec, float, 1, 8, BLayout::RowMajor, 1, 1> e; TASSIGN(e, 0x4000);",
        {"hidden_flags": 1},
    ),
    "an element is put in by the scalar unit": Case(
        "TINSERT(a, e, 1, 5);",
        V,
        (Touch("src", "read", UB, 0x4000, 4), Touch("dst", "write", UB, 256 + 20, 4)),
        "auto a = at<Nd>(0); Tile<TileType::Vec, float, 1, 8, BLayout::RowMajor, 1, 1> e; TASSIGN(e, 0x4000);",
        {"hidden_flags": 1},
    ),
    "rows are cut out by the vector unit": Case(
        "TEXTRACT(t, a, 1, 8);",
        V,
        (Touch("src", "read", UB, 256 + 32, 32, ((4, 256),)), Touch("dst", "write", UB, 0x4000, 4 * 32)),
        "auto a = at<Nd>(0); Tile<TileType::Vec, float, 4, 8> t; TASSIGN(t, 0x4000);",
        {"hidden_flags": 0},
    ),
    "a broadcast alone passes through the scalar unit": Case(
        "TROWEXPAND(a, c);",
        V,
        (Touch("src", "read", UB, 0x4000, 64), Touch("dst", "write", UB, 0, 4096)),
        "auto a = at<Nd>(0); auto c = at<Column>(0x4000);",
        {"hidden_flags": 1},
    ),
    "a load orders fractals": Case(
        "TLOAD(m, w);",
        MTE2,
        (Touch("dst", "write", L1, 0, 1024, ((2, 2048),)), Touch("src", "read", GM, 0, 48, ((20, 256),))),
        "Tile<TileType::Mat, float, 64, 32, BLayout::ColMajor, 20, 12, SLayout::RowMajor> m; TASSIGN(m, 0);"
        "Window<20, 12> w(in);",
    ),
    "part of a tile in L1": Case(
        "TEXTRACT(l, m, 16, 8);",
        MTE1,
        (Touch("src", "read", L1, 2048 + 512, 1024, ((2, 2048),)), Touch("dst", "write", L0A, 0, 2048)),
        "auto m = at<Big>(0); TileLeft<float, 32, 16> l; TASSIGN(l, 0);",
    ),
    "a product touches whole fractals": Case("TMATMUL(c, l, r);", M, (*FACTORS, RESULT), PRODUCT, {"fractals": 0}),
    "an accumulation reads them": Case(
        "TMATMUL_ACC(c, l, r);",
        M,
        (*FACTORS, Touch("in", "read", L0C, 0x1000, 1024, ((2, 2048),)), RESULT),
        PRODUCT,
        {"fractals": 2},
    ),
    "a store of an accumulator": Case(
        "TSTORE(w, c);",
        FIX,
        (Touch("src", "read", L0C, 0x1000, 1024, ((2, 2048),)), Touch("dst", "write", GM, 0, 80, ((5, 256),))),
        PRODUCT + "Window<5, 20> w(in);",
    ),
    "a row of scales": Case(
        "TMOV(s, m);",
        FIX,
        (Touch("src", "read", L1, 0, 128), Touch("dst", "write", SCALING, 0, 128)),
        "Tile<TileType::Mat, uint64_t, 1, 16> m; Tile<TileType::Scaling, uint64_t, 1, 16> s;"
        "TASSIGN(m, 0), TASSIGN(s, 0);",
    ),
    "a bias": Case(
        "TMOV(b, m);",
        MTE1,
        (Touch("src", "read", L1, 0, 64), Touch("dst", "write", BIAS, 0, 64)),
        "auto m = at<MatRow<16>>(0); auto b = at<BiasRow<16>>(0);",
    ),
    "L1 is filled by a transfer": Case(
        "TEXPANDS(m, 0.0f);", MTE2, (Touch("dst", "write", L1, 0, 4096),), "auto m = at<Nz>(0);"
    ),
    "the scalar unit counts": Case(
        "TCI<decltype(t), int32_t, 0>(t, 3);",
        S,
        (Touch("dst", "write", UB, 0, 256),),
        "Tile<TileType::Vec, int32_t, 1, 64> t; TASSIGN(t, 0);",
    ),
    "bits of a mask": Case(
        "TCMP(m, a, a, CmpMode::LT);",
        V,
        (
            Touch("src0", "read", UB, 0, 160, ((7, 256),)),
            Touch("src1", "read", UB, 0, 160, ((7, 256),)),
            Touch("dst", "write", UB, 0x4000, 5, ((7, 32),)),
        ),
        "auto a = at<Part>(0); Tile<TileType::Vec, uint8_t, 16, 32, BLayout::RowMajor, 7, 8> m; TASSIGN(m, 0x4000);",
    ),
}


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    functions = "".join(
        f"KERNEL case{number}(float* in) {{ (void)in; {case.before} {case.statement} }}\n"
        for number, case in enumerate(CASES.values())
    )
    flags = checked_flags(engine=RECORDER)
    return host_compiler().build(PROLOGUE + TYPES + functions, tmp_path_factory.mktemp("touches"), "touches", *flags)


def recorded(recorder: ctypes.CDLL, name: str) -> list[dict[str, Any]]:
    memory = np.zeros((64, 64), np.float32)
    address = memory.ctypes.data
    recorder.ptodsl_check_start((ctypes.c_int64 * 3)(0, 0, 100))
    recorder[f"case{list(CASES).index(name)}"](ctypes.c_void_p(address))
    recorder.recorded_touches.restype = ctypes.c_char_p
    touches: list[dict[str, Any]] = json.loads(recorder.recorded_touches())
    for touch in touches:
        touch["start"] -= address if touch["space"] == GM else 0
    return touches


def _touch(row: dict[str, Any]) -> Touch:
    lines = tuple(pair for pair in zip(row["count"], row["pitch"], strict=True) if pair[0] > 1)
    return Touch(row["operand"], row["effect"], row["space"], row["start"], row["run"], lines)


@pytest.mark.parametrize("name", CASES)
def test_an_instruction_touches_what_the_hardware_touches(name: str, recorder: ctypes.CDLL) -> None:
    case = CASES[name]
    found = recorded(recorder, name)
    touches = {_touch(row) for row in found}
    assert touches == set(case.touches)
    assert {touch["pipe"] for touch in found} == {case.pipe}
    for fact, value in case.facts.items():
        assert {touch[fact] for touch in found} == {value}
