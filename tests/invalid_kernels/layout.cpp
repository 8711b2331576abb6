// ptodsl check --entry layout --tensor x:16x16:fp16 --out y:16x16:fp32 --schedule program
#include <pto/pto-inst.hpp>

using namespace pto;

using Left = Tile<TileType::Left, half, 16, 16, BLayout::ColMajor, 16, 16, SLayout::RowMajor, 512>;

__global__ AICORE void layout(__gm__ half*, __gm__ float*) {
    Left left;
    TileRight<half, 16, 16> right;
    TileAcc<float, 16, 16> sum;
    TASSIGN(left, 0x0);
    TASSIGN(right, 0x0);
    TASSIGN(sum, 0x0);
    TMATMUL(sum, left, right);
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E1124]: `TMATMUL` does not take the layout of `left`: operands of a product are TileLeft, TileRight and TileAcc
    pipe_barrier(PIPE_ALL);
}
