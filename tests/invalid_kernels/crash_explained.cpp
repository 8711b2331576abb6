// ptodsl check --entry look_up --tensor x:1x64:int32 --out y:16x64:fp32 --schedule program
// error[E1131]: `look_up` crashed under program: SIGSEGV
#include <pto/pto-inst.hpp>

using namespace pto;

using Row = Tile<TileType::Vec, int32_t, 1, 64>;
using Window = GlobalTensor<int32_t, pto::Shape<1, 1, 1, 1, 64>, pto::Stride<64, 64, 64, 64, 1>>;

__global__ AICORE void look_up(__gm__ int32_t* x, __gm__ float* y) {
    Row loaded, empty;
    TASSIGN(loaded, 0x0);
    TASSIGN(empty, 0x100);
    Window in(x);
    TLOAD(loaded, in);
    int64_t place = loaded.GetValue(0);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1101]: nothing orders `GetValue` on S after `TLOAD` on MTE2, and both touch UB 0x0 to 0x4
    place += int64_t{empty.GetValue(0)} << 40;
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1120]: `GetValue` reads 1 undefined elements of `tile`, the first at [0, 0]
    *static_cast<volatile float*>(y + place) = 1.0f;
}
