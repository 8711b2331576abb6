// ptodsl check --entry unfinished --tensor x:16x64:fp32 --out y:16x64:fp32 --schedule program --strict
#include <pto/pto-inst.hpp>

using namespace pto;

__global__ AICORE void unfinished(__gm__ float* x, __gm__ float* y) {
    Tile<TileType::Vec, float, 16, 64> t;
    TASSIGN(t, 0x0);
    using Window = GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>>;
    Window in(x), out(y);
    TLOAD(t, in);
    set_flag(PIPE_MTE2, PIPE_MTE3, EVENT_ID0);
    wait_flag(PIPE_MTE2, PIPE_MTE3, EVENT_ID0);
    TSTORE(out, t);
//  ^^^^^^^^^^^^^^^ error[E1112]: `TSTORE` on MTE3 may not be done when the kernel returns
}
