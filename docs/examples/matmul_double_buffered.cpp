// C = A B in slices of K: while the matrix unit works on one slice, the next one is on its way through L1 and L0.
#include <cstdint>
#include <pto/pto-inst.hpp>

using namespace pto;

constexpr int kBuffers = 2;

template <int M, int N, int K, int Slice>
__global__ AICORE void matmul(__gm__ half* a, __gm__ half* b, __gm__ float* c) {
#if defined(__DAV_CUBE__)
    using LeftL1 = Tile<TileType::Mat, half, M, Slice, BLayout::ColMajor, M, Slice, SLayout::RowMajor, 512>;
    using RightL1 = Tile<TileType::Mat, half, Slice, N, BLayout::ColMajor, Slice, N, SLayout::RowMajor, 512>;
    using WindowA = GlobalTensor<half, pto::Shape<1, 1, 1, M, Slice>, pto::Stride<M * K, M * K, M * K, K, 1>>;
    using WindowB = GlobalTensor<half, pto::Shape<1, 1, 1, Slice, N>, pto::Stride<K * N, K * N, K * N, N, 1>>;
    using WindowC = GlobalTensor<float, pto::Shape<1, 1, 1, M, N>, pto::Stride<M * N, M * N, M * N, N, 1>>;
    LeftL1 left_l1[kBuffers];
    RightL1 right_l1[kBuffers];
    TileLeft<half, M, Slice> left[kBuffers];
    TileRight<half, Slice, N> right[kBuffers];
    TileAcc<float, M, N> sum;
    for (int buffer = 0; buffer < kBuffers; ++buffer) {
        TASSIGN(left_l1[buffer], buffer * 0x10000);
        TASSIGN(right_l1[buffer], buffer * 0x10000 + 0x8000);
        TASSIGN(left[buffer], buffer * 0x8000);
        TASSIGN(right[buffer], buffer * 0x8000);
    }
    TASSIGN(sum, 0x0);
    const event_t events[kBuffers] = {EVENT_ID1, EVENT_ID2};
    for (const event_t event : events) {
        set_flag(PIPE_MTE1, PIPE_MTE2, event);
        set_flag(PIPE_M, PIPE_MTE1, event);
    }
    for (int slice = 0; slice < K / Slice; ++slice) {
        const int buffer = slice % kBuffers;
        const event_t event = events[buffer];
        WindowA in_a(a + slice * Slice);
        WindowB in_b(b + slice * Slice * N);
        wait_flag(PIPE_MTE1, PIPE_MTE2, event);
        TLOAD(left_l1[buffer], in_a);
        TLOAD(right_l1[buffer], in_b);
        set_flag(PIPE_MTE2, PIPE_MTE1, event);
        wait_flag(PIPE_MTE2, PIPE_MTE1, event);
        wait_flag(PIPE_M, PIPE_MTE1, event);
        TMOV(left[buffer], left_l1[buffer]);
        TMOV(right[buffer], right_l1[buffer]);
        set_flag(PIPE_MTE1, PIPE_MTE2, event);
        set_flag(PIPE_MTE1, PIPE_M, event);
        wait_flag(PIPE_MTE1, PIPE_M, event);
        if (slice == 0) {
            TMATMUL(sum, left[buffer], right[buffer]);
        } else {
            TMATMUL_ACC(sum, sum, left[buffer], right[buffer]);
        }
        set_flag(PIPE_M, PIPE_MTE1, event);
    }
    set_flag(PIPE_M, PIPE_FIX, EVENT_ID0);
    wait_flag(PIPE_M, PIPE_FIX, EVENT_ID0);
    WindowC out(c);
    TSTORE(out, sum);
    for (const event_t event : events) {
        wait_flag(PIPE_MTE1, PIPE_MTE2, event);
        wait_flag(PIPE_M, PIPE_MTE1, event);
    }
    pipe_barrier(PIPE_ALL);
#endif
}
