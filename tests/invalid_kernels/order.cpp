// ptodsl check --entry order --tensor x:16x64:fp32 --tensor n:1x8:fp32 --out y:16x64:fp32
// error[E1130]: `y` depends on the order of the pipes: under lazy 1024 of 1024 elements differ from program order
#include <pto/pto-inst.hpp>

using namespace pto;

using Rows = Tile<TileType::Vec, float, 16, 64>;
using Window = GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>>;

__global__ AICORE void order(__gm__ float* x, __gm__ float*, __gm__ float* y) {
    Rows t, u;
    TASSIGN(t, 0x0);
    TASSIGN(u, 0x1000);
    Window in(x), out(y);
    TLOAD(t, in);
    TEXP(u, t);
//  ^^^^^^^^^^^ error[E1101]: nothing orders `TEXP` on V after `TLOAD` on MTE2, and both touch UB 0x0 to 0x1000
    TMULS(u, u, 2.0f);
//  ^^^^^^^^^^^^^^^^^^ warning[W1101]: `TMULS` follows `TEXP` on V without a barrier, and both touch UB 0x1000 to 0x2000: elementwise instructions on one window stream in order in practice, by no rule
    set_flag(PIPE_V, PIPE_MTE3, EVENT_ID0);
    wait_flag(PIPE_V, PIPE_MTE3, EVENT_ID0);
    TSTORE(out, u);
//  ^^^^^^^^^^^^^^^ warning[W1103]: `TSTORE` on MTE3 may not be done when the kernel returns: a launch waits for it, a task graph does not
//  ^^^^^^^^^^^^^^^ error[E1119]: `TSTORE` stores 1024 undefined elements of `src`, the first at [0, 0]
}
