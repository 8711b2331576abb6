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
using Blocks = Tile<TileType::Vec, float, 16, 8>;
using First = Tile<TileType::Vec, float, 16, 8, BLayout::RowMajor, 16, 1>;
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
    "auto m = loaded<Nz>(0, in); auto l = at<Left>(0); auto r = at<Right>(0); auto c = at<Acc>(0);"
    "TMOV(l, m); TMOV(r, m);"
)
