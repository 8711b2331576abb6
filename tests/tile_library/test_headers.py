"""The headers compile alone, in both language versions, with every compiler at hand, without a warning."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.tile_library.toolchain import INCLUDE, STRICT, Compiler, find_compilers, host_compiler

HEADERS = sorted(path.relative_to(INCLUDE).as_posix() for path in (INCLUDE / "pto").rglob("*.hpp"))
CHECKED = tuple(header for header in HEADERS if header.startswith("pto/checked/"))
FLAGS = "pto/isa/flags.hpp"
"""Flags that a checked program does not include: checks of the same names stand in their place."""
BUILDS: dict[tuple[str, ...], tuple[str, ...]] = {
    (): tuple(header for header in HEADERS if header not in CHECKED),
    ("-DPTO_CHECKED",): tuple(header for header in HEADERS if header != FLAGS),
}
"""The two builds of the library: what is defined, and the headers that one program can include."""
KERNELS = sorted((Path(__file__).parent / "kernels").glob("*.cpp"))
USES = """
using namespace pto;
void every_family(float* p, int64_t n) {
    Tile<TileType::Vec, float, 16, 64> a, b;
    Tile<TileType::Vec, float, 16, 64, BLayout::RowMajor, -1, -1> c(n, n);
    Tile<TileType::Vec, half, 16, 64> h;
    Tile<TileType::Vec, int8_t, 16, 64> i;
    Tile<TileType::Vec, int64_t, 16, 64> l;
    Tile<TileType::Vec, uint8_t, 16, 32> mask;
    Tile<TileType::Vec, float, 16, 1, BLayout::ColMajor> column;
    Tile<TileType::Vec, float, 64, 16> flipped;
    GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1, 1, 1, 64, 1>> window(p);
    TASSIGN<0>(a), TASSIGN(b, 0x1000), TASSIGN(c, 0x2000), TASSIGN(h, 0x3000), TASSIGN(i, 0x4000), TASSIGN(l, 0x5000);
    TASSIGN(mask, 0x8000), TASSIGN(column, 0x9000), TASSIGN(flipped, 0xa000);
    TLOAD(a, window), TDIV(c, c, c), TEXP(c, c), TLOG(a, b), TSQRT(h, h), TMAX(i, i, i), TDIV(l, l, l);
    TSHR(i, i, i), TROWMAX(column, c, b), TCOLSUM(a, b), TROWEXPANDSUB(c, c, column), TCVT(h, c, RoundMode::CAST_CEIL);
    TCVT(l, a, RoundMode::CAST_NONE), TCMP(mask, a, b, CmpMode::LT), TSEL(a, mask, a, b, c), TTRANS(flipped, a, b);
    TSTORE(window, a);
}
"""
FORBIDDEN = ("<cmath>", "<immintrin.h>", "<vector>", "<algorithm>", "<type_traits>", "<cstdlib>", "<new>", "<thread>")


def test_each_header_compiles_alone(tmp_path: Path) -> None:
    unit = tmp_path / "header.cpp"
    for defined, headers in BUILDS.items():
        for header in headers if not defined else CHECKED:
            unit.write_text(f"#include <{header}>\n")
            finished = host_compiler().run(unit, "-std=c++17", "-fsyntax-only", *defined, *STRICT)
            assert finished.returncode == 0, f"{header}:\n{finished.stderr[:2000]}"


@pytest.mark.parametrize("defined", BUILDS, ids=lambda defined: "checked" if defined else "fast")
@pytest.mark.parametrize("flags", [("-std=c++17", "-O1"), ("-std=c++20", "-O3", "-march=native")], ids=" ".join)
@pytest.mark.parametrize("compiler", find_compilers(), ids=lambda compiler: compiler.command)
def test_headers_and_kernels_compile_without_a_warning(
    compiler: Compiler, flags: tuple[str, ...], defined: tuple[str, ...], tmp_path: Path
) -> None:
    unit = tmp_path / "everything.cpp"
    unit.write_text("".join(f"#include <{header}>\n" for header in BUILDS[defined]) + USES)
    for source in (unit, *KERNELS):
        finished = compiler.run(source, *flags, *defined, *STRICT, "-c", "-o", str(tmp_path / "unit.o"))
        assert finished.returncode == 0, f"{source.name}:\n{finished.stderr[:2000]}"


@pytest.mark.parametrize("header", HEADERS)
def test_headers_are_light(header: str) -> None:
    text = (INCLUDE / header).read_text()
    assert not [name for name in FORBIDDEN if name in text]
    assert text.startswith("// ")
    assert "#pragma once" in text


def test_both_kinds_of_compiler_are_tried_where_they_are() -> None:
    assert host_compiler().command == "g++" or shutil.which("g++") is None
