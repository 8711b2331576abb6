// ptodsl check --entry spin --out y:16x64:fp32 --schedule program --timeout 1
// error[E1132]: `spin` did not end under program within 1 seconds
#include <pto/pto-inst.hpp>

using namespace pto;

using Row = Tile<TileType::Vec, int32_t, 1, 64>;

__global__ AICORE void spin(__gm__ float*) {
    Row ready;
    TASSIGN(ready, 0x0);
    while (ready.GetValue(0) != 1) {}
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1120]: `GetValue` reads 1 undefined elements of `tile`, the first at [0, 0]
}
