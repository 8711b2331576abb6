// Softmax of the rows of a 48 x 96 matrix, and its running form over column blocks as attention uses it.
#include <cstdint>
#include <pto/pto-inst.hpp>

using namespace pto;

constexpr int kRows = 48, kCols = 96, kBlock = 32;

template <int Cols>
using Matrix = Tile<TileType::Vec, float, kRows, Cols>;
using Column = Tile<TileType::Vec, float, kRows, 1, BLayout::ColMajor>;
using Flat = Tile<TileType::Vec, float, 1, kRows>;
template <int Cols>
using Window = GlobalTensor<float, pto::Shape<1, 1, 1, kRows, Cols>,
                            pto::Stride<kRows * kCols, kRows * kCols, kRows * kCols, kCols, 1>>;

__global__ AICORE void softmax(__gm__ float* x, __gm__ float* y) {
#if defined(__DAV_VEC__)
    Matrix<kCols> tile, scratch;
    Column peak, total;
    TASSIGN(tile, 0x0);
    TASSIGN(scratch, 0x8000);
    TASSIGN(peak, 0x10000);
    TASSIGN(total, 0x10400);
    Window<kCols> in(x), out(y);
    TLOAD(tile, in);
    set_flag(PIPE_MTE2, PIPE_V, EVENT_ID0);
    wait_flag(PIPE_MTE2, PIPE_V, EVENT_ID0);
    TROWMAX(peak, tile, scratch);
    pipe_barrier(PIPE_V);
    TROWEXPANDSUB(tile, tile, peak);
    pipe_barrier(PIPE_V);
    TEXP(tile, tile);
    pipe_barrier(PIPE_V);
    TROWSUM(total, tile, scratch);
    pipe_barrier(PIPE_V);
    TROWEXPANDDIV(tile, tile, total);
    set_flag(PIPE_V, PIPE_MTE3, EVENT_ID0);
    wait_flag(PIPE_V, PIPE_MTE3, EVENT_ID0);
    TSTORE(out, tile);
    pipe_barrier(PIPE_ALL);
#endif
}

__global__ AICORE void running_softmax(__gm__ float* x, __gm__ float* peaks, __gm__ float* totals) {
#if defined(__DAV_VEC__)
    Matrix<kBlock> tile, scratch;
    Column peak, block_peak, total, block_total;
    Flat flat_peak, flat_block_peak, flat_total, flat_block_total, scale;
    TASSIGN(tile, 0x0);
    TASSIGN(scratch, 0x4000);
    TASSIGN(peak, 0x8000);
    TASSIGN(block_peak, 0x8100);
    TASSIGN(total, 0x8200);
    TASSIGN(block_total, 0x8300);
    TASSIGN(scale, 0x8400);
    TRESHAPE(flat_peak, peak);
    TRESHAPE(flat_block_peak, block_peak);
    TRESHAPE(flat_total, total);
    TRESHAPE(flat_block_total, block_total);
    TEXPANDS(flat_peak, -3.0e38f);
    TEXPANDS(flat_total, 0.0f);
    for (int block = 0; block < kCols / kBlock; ++block) {
        Window<kBlock> in(x + block * kBlock);
        TLOAD(tile, in);
        TROWMAX(block_peak, tile, scratch);
        TMAX(flat_block_peak, flat_block_peak, flat_peak);
        TSUB(scale, flat_peak, flat_block_peak);
        TEXP(scale, scale);
        TMUL(flat_total, flat_total, scale);
        TMOV(flat_peak, flat_block_peak);
        TROWEXPANDEXPDIF(tile, tile, peak, scratch);
        TROWSUM(block_total, tile, scratch);
        TADD(flat_total, flat_total, flat_block_total);
    }
    using Vector =
        GlobalTensor<float, pto::Shape<1, 1, 1, kRows, 1>, pto::Stride<kRows, kRows, kRows, 1, kRows>, Layout::DN>;
    Vector out_peaks(peaks), out_totals(totals);
    TSTORE(out_peaks, peak);
    TSTORE(out_totals, total);
#endif
}
