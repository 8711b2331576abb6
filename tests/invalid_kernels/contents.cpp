// ptodsl check --entry contents --tensor x:16x64:fp16 --out y:16x64:fp16 --schedule program
#include <pto/pto-inst.hpp>

using namespace pto;

using Rows = Tile<TileType::Vec, half, 16, 64>;
using Window = GlobalTensor<half, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>>;

__global__ AICORE void contents(__gm__ half* x, __gm__ half* y) {
    Rows t;
    Tile<TileType::Vec, half, 16, 64, BLayout::RowMajor, 16, 48> part;
    TASSIGN(t, 0x0);
    TASSIGN(part, 0x0);
    GlobalTensor<half, pto::Shape<1, 1, 1, 16, 48>, pto::Stride<1024, 1024, 1024, 64, 1>> in(x);
    Window out(y);
    TLOAD(part, in);
    pipe_barrier(PIPE_ALL);
    if (static_cast<float>(t.GetValue(60)) > 0.0f) {
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1120]: `GetValue` reads 1 undefined elements of `tile`, the first at [0, 60]
        TADDS(part, part, half(1.0f));
    }
    pipe_barrier(PIPE_ALL);
    TSTORE(out, t);
//  ^^^^^^^^^^^^^^^ error[E1119]: `TSTORE` stores 255 undefined elements of `src`, the first at [0, 48]
    pipe_barrier(PIPE_ALL);
}
