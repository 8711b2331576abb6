// ptodsl check --entry refused --out y:16x63:fp32 --schedule program
#include <pto/pto-inst.hpp>

using namespace pto;

__global__ AICORE void refused(__gm__ float*) {
    Tile<TileType::Vec, float, 16, 63> t;
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1133]: the C++ compiler refuses this: a row of a row-major tile is a multiple of 32 bytes: add columns and keep them out of the valid shape, or make an [M, 1] tile column-major
    TASSIGN(t, 0x0);
}
