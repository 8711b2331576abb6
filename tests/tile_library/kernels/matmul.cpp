// Products from global memory to global memory in the ways that kernels write them. Shapes are physical; a Valid shape
// says what is loaded, multiplied and stored. Every memory on the way is filled with a poison value first.
#include <cstdint>
#include <pto/pto-inst.hpp>

using namespace pto;

template <int Rows, int Cols, Layout L = Layout::ND>
struct Matrix {
    template <typename T>
    using Window = GlobalTensor<T, TileShape2D<T, Rows, Cols, L>, BaseShape2D<T, Rows, Cols, L>, L>;
};

template <typename T, int Rows, int Cols, int ValidRows = Rows, int ValidCols = Cols>
using TileNz = Tile<TileType::Mat, T, Rows, Cols, BLayout::ColMajor, ValidRows, ValidCols, SLayout::RowMajor, 512>;
template <typename T, int Rows, int Cols, int ValidRows = Rows, int ValidCols = Cols>
using TileZn = Tile<TileType::Mat, T, Rows, Cols, BLayout::RowMajor, ValidRows, ValidCols, SLayout::ColMajor, 512>;

constexpr int kLeft = 0x0, kRight = 0x20000, kBias = 0x60000;

template <typename T, int M, int K, int N>
AICORE void poison(T value) {
    TileNz<T, M, K> left;
    TileNz<T, K, N> right;
    TileLeft<T, M, K> l0a;
    TileRight<T, K, N> l0b;
    TASSIGN(left, kLeft);
    TASSIGN(right, kRight);
    TASSIGN(l0a, 0);
    TASSIGN(l0b, 0);
    TEXPANDS(left, value);
    TEXPANDS(right, value);
    TMOV(l0a, left);
    TMOV(l0b, right);
}

// C = A B
template <typename T, typename Acc, typename Out, int M, int K, int N, int VM, int VK, int VN>
AICORE void product(__gm__ T* a, __gm__ T* b, __gm__ Out* c, T garbage) {
    poison<T, M, K, N>(garbage);
    TileNz<T, M, K, VM, VK> left;
    TileNz<T, K, N, VK, VN> right;
    TileLeft<T, M, K, VM, VK> l0a;
    TileRight<T, K, N, VK, VN> l0b;
    TileAcc<Acc, M, N, VM, VN> l0c;
    TASSIGN<kLeft>(left);
    TASSIGN<kRight>(right);
    TASSIGN<0>(l0a);
    TASSIGN<0>(l0b);
    TASSIGN<0>(l0c);
    typename Matrix<VM, VK>::template Window<T> in_a(a);
    typename Matrix<VK, VN>::template Window<T> in_b(b);
    typename Matrix<VM, VN>::template Window<Out> out(c);
    TLOAD(left, in_a);
    TLOAD(right, in_b);
    set_flag(PIPE_MTE2, PIPE_MTE1, EVENT_ID0);
    wait_flag(PIPE_MTE2, PIPE_MTE1, EVENT_ID0);
    TMOV(l0a, left);
    TMOV(l0b, right);
    set_flag(PIPE_MTE1, PIPE_M, EVENT_ID0);
    wait_flag(PIPE_MTE1, PIPE_M, EVENT_ID0);
    TMATMUL(l0c, l0a, l0b);
    set_flag(PIPE_M, PIPE_FIX, EVENT_ID0);
    wait_flag(PIPE_M, PIPE_FIX, EVENT_ID0);
    TSTORE(out, l0c);
    pipe_barrier(PIPE_ALL);
}

// C = A B with the valid shape known at run time only.
template <typename T, int M, int K, int N>
AICORE void dynamic_product(__gm__ T* a, __gm__ T* b, __gm__ float* c, const int64_t* sizes, T garbage) {
    poison<T, M, K, N>(garbage);
    const unsigned m = sizes[0], k = sizes[1], n = sizes[2];
    TileNz<T, M, K, -1, -1> left(m, k);
    TileNz<T, K, N, -1, -1> right(k, n);
    TileLeft<T, M, K, -1, -1> l0a(m, k);
    TileRight<T, K, N, -1, -1> l0b(k, n);
    TileAcc<float, M, N, -1, -1> l0c(m, n);
    TASSIGN(left, kLeft);
    TASSIGN(right, kRight);
    TASSIGN(l0a, 0);
    TASSIGN(l0b, 0);
    TASSIGN(l0c, 0);
    using Rows = pto::Shape<1, 1, 1, -1, -1>;
    using Steps = pto::Stride<1, 1, 1, -1, 1>;
    GlobalTensor<T, Rows, Steps> in_a(a, Rows(m, k), Steps(k)), in_b(b, Rows(k, n), Steps(n));
    GlobalTensor<float, Rows, Steps> out(c, Rows(m, n), Steps(n));
    TLOAD(left, in_a);
    TLOAD(right, in_b);
    TMOV(l0a, left);
    TMOV(l0b, right);
    TMATMUL(l0c, l0a, l0b);
    TSTORE(out, l0c);
}

// C = A B^T where B^T's rows lie one after another in global memory.
template <typename T, int M, int K, int N>
AICORE void product_with_transposed(__gm__ T* a, __gm__ T* b, __gm__ float* c) {
    TileNz<T, M, K> left;
    TileZn<T, K, N> right;
    TileLeft<T, M, K> l0a;
    TileRight<T, K, N> l0b;
    TileAcc<float, M, N> l0c;
    TASSIGN<kLeft>(left);
    TASSIGN<kRight>(right);
    TASSIGN<0>(l0a);
    TASSIGN<0>(l0b);
    TASSIGN<0>(l0c);
    typename Matrix<M, K>::template Window<T> in_a(a);
    typename Matrix<K, N, Layout::DN>::template Window<T> in_b(b);
    typename Matrix<M, N>::template Window<float> out(c);
    TLOAD(left, in_a);
    TLOAD(right, in_b);
    TMOV(l0a, left);
    TMOV(l0b, right);
    TMATMUL(l0c, l0a, l0b);
    TSTORE(out, l0c);
}

// C = relu(A B + bias), A and B in NZ in global memory, K in slices, C as half or bfloat16_t in NZ.
template <typename T, int M, int K, int N, int Slice>
AICORE void sliced_product(__gm__ T* a, __gm__ T* b, __gm__ float* bias, __gm__ T* c) {
    TileNz<T, M, K> left;
    TileNz<T, K, N> right;
    Tile<TileType::Mat, float, 1, N> bias_row;
    Tile<TileType::Bias, float, 1, N> bias_table;
    TileLeft<T, M, Slice> l0a;
    TileRight<T, Slice, N> l0b;
    TileAcc<float, M, N> l0c;
    TASSIGN<kLeft>(left);
    TASSIGN<kRight>(right);
    TASSIGN<kBias>(bias_row);
    TASSIGN<0>(bias_table);
    TASSIGN<0>(l0a);
    TASSIGN<0>(l0b);
    TASSIGN<0>(l0c);
    typename Matrix<M, K, Layout::NZ>::template Window<T> in_a(a);
    typename Matrix<K, N, Layout::NZ>::template Window<T> in_b(b);
    typename Matrix<1, N>::template Window<float> in_bias(bias);
    using Out = typename Matrix<M, N, Layout::NZ>::template Window<T>;
    Out out(c);
    TLOAD(left, in_a);
    TLOAD(right, in_b);
    TLOAD(bias_row, in_bias);
    TMOV(bias_table, bias_row);
    for (int k = 0; k < K; k += Slice) {
        TEXTRACT(l0a, left, 0, k);
        TEXTRACT(l0b, right, k, 0);
        if (k == 0)
            TMATMUL_BIAS(l0c, l0a, l0b, bias_table);
        else
            TMATMUL_ACC(l0c, l0c, l0a, l0b);
    }
    TSTORE<decltype(l0c), Out, AtomicType::AtomicNone, ReluPreMode::NormalRelu>(out, l0c);
}

// D = (A B) C without leaving the chip: the first product goes to L1 as half or bfloat16_t.
template <typename T, int M>
AICORE void chained_product(__gm__ T* a, __gm__ T* b, __gm__ T* c, __gm__ float* d) {
    TileNz<T, M, M> first, second, between;
    TileLeft<T, M, M> l0a;
    TileRight<T, M, M> l0b;
    TileAcc<float, M, M> l0c;
    TASSIGN<kLeft>(first);
    TASSIGN<kRight>(second);
    TASSIGN<0x40000>(between);
    TASSIGN<0>(l0a);
    TASSIGN<0>(l0b);
    TASSIGN<0>(l0c);
    typename Matrix<M, M>::template Window<T> in_a(a), in_b(b), in_c(c);
    typename Matrix<M, M>::template Window<float> out(d);
    TLOAD(first, in_a);
    TLOAD(second, in_b);
    TMOV(l0a, first);
    TMOV(l0b, second);
    TMATMUL(l0c, l0a, l0b);
    TMOV(between, l0c);
    TLOAD(second, in_c);
    TMOV(l0a, between);
    TMOV(l0b, second);
    TMATMUL<AccPhase::Final>(l0c, l0a, l0b);
    TSTORE<STPhase::Final>(out, l0c);
}

// y += x B for one row x, three times, added to global memory.
template <typename T, int K, int N>
AICORE void vector_product(__gm__ T* x, __gm__ T* b, __gm__ float* y) {
    TileNz<T, 16, K, 1, K> left;
    TileNz<T, K, N> right;
    TileLeft<T, 16, K, 1, K> l0a;
    TileRight<T, K, N> l0b;
    TileAcc<float, 16, N, 1, N> l0c;
    TASSIGN<kLeft>(left);
    TASSIGN<kRight>(right);
    TASSIGN<0>(l0a);
    TASSIGN<0>(l0b);
    TASSIGN<0>(l0c);
    typename Matrix<1, K>::template Window<T> in_x(x);
    typename Matrix<K, N>::template Window<T> in_b(b);
    using Out = typename Matrix<1, N>::template Window<float>;
    Out out(y);
    TLOAD(left, in_x);
    TLOAD(right, in_b);
    TMOV(l0a, left);
    TMOV(l0b, right);
    TGEMV(l0c, l0a, l0b);
    TGEMV_ACC(l0c, l0c, l0a, l0b);
    TGEMV_ACC(l0c, l0c, l0a, l0b);
    TSTORE<decltype(l0c), Out, AtomicType::AtomicAdd>(out, l0c);
}
