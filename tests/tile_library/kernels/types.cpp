// What the types promise at compile time, and their conversions as functions on arrays.
#include <cstdint>
#include <pto/pto-inst.hpp>

using namespace pto;

namespace tiles {
using Nd = Tile<TileType::Vec, float, 16, 64, BLayout::RowMajor, 9, -1>;
static_assert(Nd::Rows == 16 && Nd::Cols == 64 && Nd::Numel == 1024 && Nd::RowStride == 64 && Nd::ColStride == 1);
static_assert(Nd::GetValidRow() == 9 && Nd::ValidCol == DYNAMIC && Nd::isRowMajor && !Nd::isBoxedLayout);
static_assert(Nd::InnerRows == 1 && Nd::InnerCols == 1 && Nd::PadVal == PadValue::Null);

using Left = TileLeft<half, 32, 48>;
static_assert(Left::InnerRows == 16 && Left::InnerCols == 16 && Left::SFractalSize == 512);
static_assert(is_Zz_layout<Left>::value, "A2/A3 keeps L0A in Zz");
using Right = TileRight<int8_t, 64, 32>;
static_assert(Right::InnerRows == 32 && Right::InnerCols == 16 && is_Zn_layout<Right>::value);
using Acc = TileAcc<float, 32, 32>;
static_assert(Acc::InnerRows == 16 && Acc::InnerCols == 16 && is_Nz_layout<Acc>::value);
static_assert(is_tile_data_v<Acc> && !is_tile_data_v<int>);

using Nz = Tile<TileType::Vec, float, 32, 32, BLayout::ColMajor, 32, 32, SLayout::RowMajor>;
static_assert(GetTileOffset<Nz>(0, 1) == 1 && GetTileOffset<Nz>(1, 0) == 8 && GetTileOffset<Nz>(16, 0) == 128);
static_assert(GetTileOffset<Nz>(0, 8) == 256 && GetTileOffset<Nz>(31, 31) == 1023);
using Zn = Tile<TileType::Vec, half, 32, 32, BLayout::RowMajor, 32, 32, SLayout::ColMajor>;
static_assert(GetTileOffset<Zn>(1, 0) == 1 && GetTileOffset<Zn>(0, 1) == 16 && GetTileOffset<Zn>(0, 16) == 256);
static_assert(GetTileOffset<Zn>(16, 0) == 512);
}  // namespace tiles

namespace windows {
using Nz = TileShape2D<half, 32, 64, Layout::NZ>;
static_assert(Nz::staticShape[0] == 1 && Nz::staticShape[1] == 4 && Nz::staticShape[2] == 2);
static_assert(Nz::staticShape[3] == 16 && Nz::staticShape[4] == 16);
using Dn = BaseShape2D<float, 32, 64, Layout::DN>;
static_assert(Dn::staticStride[3] == 1 && Dn::staticStride[4] == 32);
using Window = GlobalTensor<const float, pto::Shape<1, 2, -1, 3, -1>, pto::Stride<1, -1, 1, 1, 1>>;
static_assert(Window::GetShape<1>() == 2 && Window::GetStride<4>() == 1 && Window::layout == Layout::ND);
}  // namespace windows

namespace numbers {
static_assert(half(1.0f).bits == 0x3c00 && half(-2.5).bits == 0xc100 && half(7).bits == 0x4700);
static_assert(half(65519.0f).bits == 0x7bff && half(65520.0f).bits == 0x7c00 && half(5.9604645e-8f).bits == 1);
static_assert(half(1.0004882812500010).bits == 0x3c01, "one rounding from double");
static_assert(bfloat16_t(1.0f).bits == 0x3f80 && float(bfloat16_t(1e6f)) == 999424.0f);
static_assert(float(half(0.1f) + half(0.2f)) > 0.29f, "arithmetic is in float");
static_assert(static_cast<uint64_t>(PadValueCustom(-1.0f)) == 0x1bf800000ull);
static_assert(sizeof(half) == 2 && sizeof(bfloat16_t) == 2);
}  // namespace numbers

#define FUNCTION extern "C" __attribute__((visibility("default"))) void

FUNCTION half_to_float(const half* from, float* to, int64_t count) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i];
}
FUNCTION float_to_half(const float* from, half* to, int64_t count) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i];
}
FUNCTION bfloat_to_float(const bfloat16_t* from, float* to, int64_t count) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i];
}
FUNCTION float_to_bfloat(const float* from, bfloat16_t* to, int64_t count) {
    for (int64_t i = 0; i < count; ++i) to[i] = from[i];
}

// Sizes and values that are set one at a time.
FUNCTION set_and_get(int64_t* out) {
    GlobalTensor<float, pto::Shape<1, 2, -1, 3, -1>, pto::Stride<1, -1, 1, 1, -1>> window(
        nullptr, pto::Shape<1, 2, -1, 3, -1>(5, 7), pto::Stride<1, -1, 1, 1, -1>(11, 13));
    Tile<TileType::Vec, float, 16, 64, BLayout::RowMajor, -1, -1> tile(3, 5);
    for (int dim = 0; dim < 5; ++dim) {
        *out++ = window.GetShape(dim);
        *out++ = window.GetStride(dim);
    }
    *out++ = tile.GetValidRow();
    *out++ = tile.GetValidCol();
    window.SetShape<GlobalTensorDim::DIM_2, GlobalTensorDim::DIM_4>(17, 19);
    window.SetStride<GlobalTensorDim::DIM_1>(23);
    tile.SetValidShape(15, 63);
    *out++ = window.GetShape(2);
    *out++ = window.GetShape(4);
    *out++ = window.GetStride(1);
    *out++ = tile.GetValidRow();
    *out++ = tile.GetValidCol();
    float element = 0;
    TASSIGN(window, &element);
    *out++ = window.data() == &element;
    *out++ = get_block_num();
    *out = get_block_idx();
}
