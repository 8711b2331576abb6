// ptodsl check --entry deadlock --tensor x:16x64:fp32 --out y:16x64:fp32 --schedule program
#include <pto/pto-inst.hpp>

using namespace pto;

using Rows = Tile<TileType::Vec, float, 16, 64>;
using Window = GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>>;

__global__ AICORE void deadlock(__gm__ float* x, __gm__ float* y) {
    Rows t;
    TASSIGN(t, 0x0);
    Window in(x), out(y);
    for (int i = 0; i < 2; ++i) {
        wait_flag(PIPE_MTE3, PIPE_MTE2, EVENT_ID1);
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1102]: no token of `PIPE_MTE3, PIPE_MTE2, EVENT_ID1` comes to this wait: MTE2 would wait for ever, 2 instructions behind it
        TLOAD(t, in);
        set_flag(PIPE_MTE2, PIPE_MTE3, EVENT_ID0);
        wait_flag(PIPE_MTE2, PIPE_MTE3, EVENT_ID0);
        TSTORE(out, t);
        set_flag(PIPE_MTE3, PIPE_MTE2, EVENT_ID1);
    }
    pipe_barrier(PIPE_ALL);
}
