// c = a + b over a matrix of any size: tiles of 16 x 64 with dynamic windows and valid shapes, double buffered.
#include <cstdint>
#include <pto/pto-inst.hpp>

using namespace pto;

template <typename T>
__global__ AICORE void vector_add(__gm__ T* a, __gm__ T* b, __gm__ T* c, int64_t rows, int64_t cols) {
#if defined(__DAV_VEC__)
    set_mask_norm();
    set_vector_mask(-1, -1);
    constexpr int kRows = 16, kCols = 64;
    constexpr int kBytes = kRows * kCols * sizeof(T);
    using Block = Tile<TileType::Vec, T, kRows, kCols, BLayout::RowMajor, -1, -1>;
    using Window = GlobalTensor<T, pto::Shape<1, 1, 1, -1, -1>, pto::Stride<1, 1, 1, -1, 1>, Layout::ND>;
    set_flag(PIPE_MTE3, PIPE_MTE2, EVENT_ID0);
    set_flag(PIPE_MTE3, PIPE_MTE2, EVENT_ID1);
    int buffer = 0;
    for (int64_t row = 0; row < rows; row += kRows) {
        for (int64_t col = 0; col < cols; col += kCols) {
            const int64_t height = rows - row < kRows ? rows - row : kRows;
            const int64_t width = cols - col < kCols ? cols - col : kCols;
            const auto event = static_cast<event_t>(buffer);
            Block left(height, width), right(height, width);
            TASSIGN(left, buffer * 2 * kBytes);
            TASSIGN(right, (buffer * 2 + 1) * kBytes);
            const pto::Shape<1, 1, 1, -1, -1> shape(height, width);
            const pto::Stride<1, 1, 1, -1, 1> stride(cols);
            const int64_t offset = row * cols + col;
            Window from_a(a + offset, shape, stride), from_b(b + offset, shape, stride);
            Window to_c(c + offset, shape, stride);
            wait_flag(PIPE_MTE3, PIPE_MTE2, event);
            TLOAD(left, from_a);
            TLOAD(right, from_b);
            set_flag(PIPE_MTE2, PIPE_V, event);
            wait_flag(PIPE_MTE2, PIPE_V, event);
            TADD(left, left, right);
            set_flag(PIPE_V, PIPE_MTE3, event);
            wait_flag(PIPE_V, PIPE_MTE3, event);
            TSTORE(to_c, left);
            set_flag(PIPE_MTE3, PIPE_MTE2, event);
            buffer = 1 - buffer;
        }
    }
    wait_flag(PIPE_MTE3, PIPE_MTE2, EVENT_ID0);
    wait_flag(PIPE_MTE3, PIPE_MTE2, EVENT_ID1);
    pipe_barrier(PIPE_ALL);
#endif
}
