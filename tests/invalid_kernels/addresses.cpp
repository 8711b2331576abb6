// ptodsl check --entry addresses --tensor x:16x64:fp32 --out y:16x64:fp32 --schedule program
#include <pto/pto-inst.hpp>

using namespace pto;

using Rows = Tile<TileType::Vec, float, 16, 64>;
using Column = Tile<TileType::Vec, float, 16, 1, BLayout::ColMajor>;
using Window = GlobalTensor<float, pto::Shape<1, 1, 1, 16, 64>, pto::Stride<1024, 1024, 1024, 64, 1>>;

__global__ AICORE void addresses(__gm__ float* x, __gm__ float* y) {
    Rows t, last, odd, lost, hidden, onto;
    Column factors;
    TASSIGN(t, 0x0);
    TASSIGN(last, 0x2f800);
    TASSIGN(odd, 0x4010);
    TASSIGN(hidden, 0x2e000);
    TASSIGN(onto, 0x800);
    TASSIGN(factors, 0x6000);
    Window in(x), after(x + 512), out(y), back(x);
    TLOAD(t, in);
    TLOAD(hidden, in);
    pipe_barrier(PIPE_ALL);
    TEXP(last, t);
//  ^^^^^^^^^^^^^^ error[E1114]: `dst` of `TEXP` takes UB 0x2f800 to 0x30800, and UB has 196608 bytes
    TEXP(odd, t);
//  ^^^^^^^^^^^^^ error[E1115]: `dst` of `TEXP` starts at 0x4010 of UB, which is no multiple of 32
    TEXP(lost, t);
//  ^^^^^^^^^^^^^^ error[E1113]: `TEXP` uses a tile that no TASSIGN gave an address: `dst`
    TEXP(onto, t);
//  ^^^^^^^^^^^^^^ error[E1128]: `dst` and `src` of `TEXP` share bytes: a result has bytes of its own, or takes over an operand's element for element
    TEXPANDS(factors, 2.0f);
    pipe_barrier(PIPE_ALL);
    TROWEXPANDMUL(t, t, factors);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1116]: `TROWEXPANDMUL` without a temporary works in UB 0x2e000 to 0x2f000, where live bytes lie
    pipe_barrier(PIPE_ALL);
    TADD(t, t, hidden);
    TLOAD(t, after);
//  ^^^^^^^^^^^^^^^^ error[E1117]: `TLOAD` goes to the elements 1024 to 1536 of `x`, which has 1024
    pipe_barrier(PIPE_ALL);
    TSTORE(back, t);
//  ^^^^^^^^^^^^^^^^ error[E1118]: `TSTORE` writes `x`, which is an input
    TSTORE(out, t);
    pipe_barrier(PIPE_ALL);
}
