// ptodsl check --entry rules --tensor x:16x64:fp16 --out y:16x64:fp32 --schedule program
#include <pto/pto-inst.hpp>

using namespace pto;

template <typename T>
using Rows = Tile<TileType::Vec, T, 16, 64>;
using Nz = Tile<TileType::Mat, half, 16, 64, BLayout::ColMajor, 16, 64, SLayout::RowMajor, 512>;
using Zn = Tile<TileType::Mat, half, 16, 64, BLayout::RowMajor, 16, 64, SLayout::ColMajor, 512>;

__global__ AICORE void rules(__gm__ half* x, __gm__ float* y) {
    Rows<bfloat16_t> narrow;
    Rows<half> wide;
    Tile<TileType::Vec, half, 16, 32> part;
    Nz nz;
    Zn zn;
    TileLeft<half, 16, 64> left;
    TASSIGN(narrow, 0x0);
    TASSIGN(wide, 0x1000);
    TASSIGN(part, 0x2000);
    TASSIGN(nz, 0x0);
    TASSIGN(zn, 0x0);
    TASSIGN(left, 0x0);
    GlobalTensor<half, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>> in(x);
    TLOAD(wide, in);
    TEXPANDS(narrow, bfloat16_t(1.0f));
    pipe_barrier(PIPE_ALL);
    TADD(narrow, narrow, narrow);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1123]: `TADD` does not take bf16 on a2a3
    TEXTRACT(part, wide, 0, 5);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1125]: `TEXTRACT` does not take the shape or place of `src`: an offset is at a whole fractal (16 rows, 32 bytes), or a block of 32 bytes in UB
    pipe_barrier(PIPE_ALL);
    auto event = TEXP(wide, wide);
    TSYNC(event);
//  ^^^^^^^^^^^^^ error[E1126]: `TSYNC` is not modelled: events
    pipe_barrier(PIPE_ALL);
    set_flag(PIPE_MTE2, PIPE_S, EVENT_ID1);
    set_flag(PIPE_MTE2, PIPE_S, EVENT_ID1);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning[W1102]: `PIPE_MTE2, PIPE_S, EVENT_ID1` is set again before its first token is taken; flags that count allow it
    wait_flag(PIPE_MTE2, PIPE_S, EVENT_ID1);
    wait_flag(PIPE_MTE2, PIPE_S, EVENT_ID1);
    TLOAD(nz, in);
    pipe_barrier(PIPE_ALL);
    TMOV(left, zn);
//  ^^^^^^^^^^^^^^^ error[E1111]: `TMOV` runs on MTE1 and an earlier instruction on V: no core has both
//  ^^^^^^^^^^^^^^^ error[E1121]: `TMOV` reads `src` in L1 as 16x64 of 2 bytes, zn, and the bytes from 0 on were written as 16x64 of 2 bytes, nz
    pipe_barrier(PIPE_ALL);
    TMOV(nz, wide);
//  ^^^^^^^^^^^^^^^ error[E1122]: `TMOV` moves from UB to L1, which a2a3 cannot
    pipe_barrier(PIPE_ALL);
}
