// Softmax of the rows of a matrix, 16 rows at a time through one tile.
#include <cstdint>
#include <pto/pto-inst.hpp>

using namespace pto;

constexpr int kRows = 16, kCols = 128;
using Rows = Tile<TileType::Vec, float, kRows, kCols>;
using Column = Tile<TileType::Vec, float, kRows, 1, BLayout::ColMajor>;
using Window = GlobalTensor<float, pto::Shape<1, 1, 1, kRows, kCols>,
                            pto::Stride<kRows * kCols, kRows * kCols, kRows * kCols, kCols, 1>>;

__global__ AICORE void softmax(__gm__ float* x, __gm__ float* y, int32_t rows) {
#if defined(__DAV_VEC__)
    Rows tile, scratch;
    Column peak, total;
    TASSIGN(tile, 0x0);
    TASSIGN(scratch, 0x2000);
    TASSIGN(peak, 0x4000);
    TASSIGN(total, 0x4040);
    set_flag(PIPE_MTE3, PIPE_MTE2, EVENT_ID1);
    for (int32_t row = 0; row < rows; row += kRows) {
        Window in(x + row * kCols), out(y + row * kCols);
        wait_flag(PIPE_MTE3, PIPE_MTE2, EVENT_ID1);
        TLOAD(tile, in);
        set_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
        wait_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
        TROWMAX(peak, tile, scratch);
        pipe_barrier(PIPE_V);
        TROWEXPANDSUB(tile, tile, peak, scratch);
        pipe_barrier(PIPE_V);
        TEXP(tile, tile);
        pipe_barrier(PIPE_V);
        TROWSUM(total, tile, scratch);
        pipe_barrier(PIPE_V);
        TROWEXPANDDIV(tile, tile, total, scratch);
        set_flag(PIPE_V, PIPE_MTE3, EVENT_ID1);
        wait_flag(PIPE_V, PIPE_MTE3, EVENT_ID1);
        TSTORE(out, tile);
        set_flag(PIPE_MTE3, PIPE_MTE2, EVENT_ID1);
    }
    wait_flag(PIPE_MTE3, PIPE_MTE2, EVENT_ID1);
    pipe_barrier(PIPE_ALL);
#endif
}
