// ptodsl check --entry flags --tensor x:16x64:fp32 --out y:16x1:fp32 --schedule program --strict-flags
#include <pto/pto-inst.hpp>

using namespace pto;

using Rows = Tile<TileType::Vec, float, 16, 64>;
using Column = Tile<TileType::Vec, float, 16, 1, BLayout::ColMajor>;

__global__ AICORE void flags(__gm__ float* x, __gm__ float* y) {
    Rows t, scratch;
    Column sums;
    TASSIGN(t, 0x0);
    TASSIGN(scratch, 0x1000);
    TASSIGN(sums, 0x2000);
    GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>> in(x);
    GlobalTensor<float, pto::Shape<1, 1, 1, 16, 1>, pto::Stride<16, 16, 16, 1, 1>, Layout::DN> out(y);
    TLOAD(t, in);
    set_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
    set_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1104]: `PIPE_MTE2, PIPE_V, EVENT_ID1` is set again before its first token is taken: where a flag is one bit, the second is lost
    wait_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
    wait_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
    for (int i = 0; i < 16; ++i) {
        set_flag(PIPE_MTE2, PIPE_MTE3, EVENT_ID2);
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1104]: `PIPE_MTE2, PIPE_MTE3, EVENT_ID2` is set again before its first token is taken: where a flag is one bit, the second is lost
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1105]: more than 15 tokens of `PIPE_MTE2, PIPE_MTE3, EVENT_ID2` are pending: its counter overflows
    }
    for (int i = 0; i < 16; ++i) {
        wait_flag(PIPE_MTE2, PIPE_MTE3, EVENT_ID2);
    }
    set_flag(PIPE_V, PIPE_S, EVENT_ID0);
    TROWSUM(sums, t, scratch);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1106]: `TROWSUM` uses `PIPE_V, PIPE_S, EVENT_ID0` inside while a token of it is pending: the instruction would take it
    wait_flag(PIPE_V, PIPE_S, EVENT_ID0);
    set_flag(PIPE_V, PIPE_V, EVENT_ID3);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1103]: a token of `PIPE_V, PIPE_V, EVENT_ID3` is pending when the kernel ends: it would release a wait of the next one
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1109]: a flag goes from V to V: a pipe has no flags to itself
    set_flag(PIPE_V, PIPE_FIX, EVENT_ID3);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1107]: a vector core of a2a3 has no flags from V to FIX
    wait_flag(PIPE_V, PIPE_FIX, EVENT_ID3);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1107]: a vector core of a2a3 has no flags from V to FIX
    set_flag(PIPE_V, PIPE_MTE2, 8);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1110]: there is no event id 8: each ordered pair of pipes has 0 to 7
    pipe_barrier(PIPE_S);
//  ^^^^^^^^^^^^^^^^^^^^^ error[E1108]: `pipe_barrier(PIPE_S)` is not legal on a vector core of a2a3
    set_flag(PIPE_V, PIPE_MTE3, EVENT_ID4);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1103]: a token of `PIPE_V, PIPE_MTE3, EVENT_ID4` is pending when the kernel ends: it would release a wait of the next one
    pipe_barrier(PIPE_ALL);
    TSTORE(out, sums);
    pipe_barrier(PIPE_ALL);
}
