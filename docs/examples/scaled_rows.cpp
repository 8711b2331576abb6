// Multiplies the even rows of each pair by `even` and the odd ones by `odd`; the last tile may be partly valid.
#include <cstdint>
#include <pto/pto-inst.hpp>

using namespace pto;

constexpr int kRows = 16, kCols = 64;
using Block = Tile<TileType::Vec, float, kRows, kCols, BLayout::RowMajor, -1, kCols>;
using Row = Tile<TileType::Vec, float, 1, kCols>;
using Extents = pto::Shape<1, 1, 1, -1, kCols>;
using Steps = pto::Stride<kRows * kCols, kRows * kCols, kRows * kCols, kCols, 1>;
using Window = GlobalTensor<float, Extents, Steps>;

__global__ AICORE void scaled_rows(__gm__ float* x, __gm__ float* y, int32_t rows, float even, float odd) {
#if defined(__DAV_VEC__)
    for (int32_t first = 0; first < rows; first += kRows) {
        const int32_t valid = rows - first < kRows ? rows - first : kRows;
        Block block(valid);
        TASSIGN(block, 0x0);
        Window in(x + first * kCols, Extents(valid)), out(y + first * kCols, Extents(valid));
        TLOAD(block, in);
        set_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
        wait_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
        for (int32_t row = 0; row < valid; ++row) {
            Row one;
            TSUBVIEW(one, block, row, 0);
            TMULS(one, one, row % 2 == 0 ? even : odd);
        }
        set_flag(PIPE_V, PIPE_MTE3, EVENT_ID1);
        wait_flag(PIPE_V, PIPE_MTE3, EVENT_ID1);
        TSTORE(out, block);
        pipe_barrier(PIPE_ALL);
    }
#endif
}
