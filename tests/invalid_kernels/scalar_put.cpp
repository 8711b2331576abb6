// ptodsl check --entry choose --tensor x:16x64:fp32 --out y:16x64:fp32 --out z:16x64:fp32
// The scalar of a selection goes through the temporary, and S puts it there without waiting for what V still does.
#include <pto/pto-inst.hpp>

using namespace pto;

using Rows = Tile<TileType::Vec, float, 16, 64>;
using Mask = Tile<TileType::Vec, uint8_t, 16, 32, BLayout::RowMajor, 16, 8>;
using Temporary = Tile<TileType::Vec, float, 1, 8>;
using Window = GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>>;

__global__ AICORE void choose(__gm__ float* x, __gm__ float* y, __gm__ float* z) {
    Rows t, u, v;
    Mask mask;
    Temporary tmp;
    TASSIGN(t, 0x0);
    TASSIGN(u, 0x1000);
    TASSIGN(v, 0x2000);
    TASSIGN(mask, 0x3000);
    TASSIGN(tmp, 0x4000);
    Window in(x), low(y), high(z);
    TLOAD(t, in);
    set_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
    wait_flag(PIPE_MTE2, PIPE_V, EVENT_ID1);
    TCMPS(mask, t, 0.0f, CmpMode::LT);
    pipe_barrier(PIPE_V);
    TSELS(u, mask, t, tmp, 0.0f);
    pipe_barrier(PIPE_V);
    TSELS(v, mask, t, tmp, 1.0f);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1101]: nothing orders `TSELS` on S after `TSELS` on V, and both touch UB 0x4000 to 0x4004
    set_flag(PIPE_V, PIPE_MTE3, EVENT_ID0);
    wait_flag(PIPE_V, PIPE_MTE3, EVENT_ID0);
    TSTORE(low, u);
    TSTORE(high, v);
    pipe_barrier(PIPE_ALL);
}
