// Reductions of rows and columns, in an order that no vector width changes.
//
// A row: element i goes to lane i mod 16, lanes start from the operation's neutral element; then lane k takes lane
// k + 8, k + 4, k + 2 and k + 1. A column: row after row. Both compute 16-bit floats in float and round once at the
// end, and integers in 32 bits or more, wrapping to the element type.
#pragma once

#include "../tile/pad.hpp"
#include "arithmetic.hpp"
#include "map.hpp"

namespace pto::detail {

struct Sum : Add {
    template <typename T>
    static constexpr T neutral = T{0};
};
struct Product : Multiply {
    template <typename T>
    static constexpr T neutral = T{1};
};
struct Greatest : Maximum {
    template <typename T>
    static constexpr T neutral = least_value<T>();
};
struct Least : Minimum {
    template <typename T>
    static constexpr T neutral = greatest_value<T>();
};

template <typename T>
using accumulator_t = conditional_t<
    is_float<T>, float,
    conditional_t<sizeof(T) == 8, T, conditional_t<is_signed_integer<T>, int32_t, uint32_t>>>;

template <typename T>
inline constexpr int accumulator_lanes = vector_bytes / static_cast<int>(sizeof(accumulator_t<T>));

template <typename T>
using accumulator_vector = Vector<accumulator_t<T>, accumulator_lanes<T>>;

template <typename T>
PTO_INLINE accumulator_vector<T> load_accumulator(const T* from) {
    return __builtin_convertvector((load_lanes<T, accumulator_lanes<T>>(from)), accumulator_vector<T>);
}

template <typename T>
PTO_INLINE void store_accumulator(T* to, accumulator_vector<T> value, int count) {
    constexpr int lanes = accumulator_lanes<T>;
    using Compute = Vector<compute_t<T>, lanes>;
    const Compute computed = __builtin_convertvector(value, Compute);
    if (count >= lanes)
        store_lanes<T, lanes>(to, computed);
    else
        store_first<T, lanes>(to, computed, count);
}

inline constexpr int reduction_lanes = 16;

template <typename T>
inline constexpr int accumulator_parts = reduction_lanes / accumulator_lanes<T>;

// The 16 lanes of one row, down to one vector. What is missing in the last 16 columns is the neutral element.
template <typename Operation, typename T>
PTO_INLINE accumulator_vector<T> reduce_row(const T* row, int cols) {
    using V = accumulator_vector<T>;
    constexpr int lanes = accumulator_lanes<T>, parts = accumulator_parts<T>;
    const V neutral = splat<V>(Operation::template neutral<accumulator_t<T>>);
    V sums[parts];
    for (int part = 0; part < parts; ++part) sums[part] = neutral;
    for (int col = 0; col < cols; col += lanes) {
        V& sum = sums[col / lanes % parts];
        const V loaded = load_accumulator(row + col);
        sum = Operation{}(sum, cols - col >= lanes ? loaded : join_lanes(loaded, neutral, cols - col));
    }
    for (int width = parts / 2; width > 0; width /= 2)
        for (int part = 0; part < width; ++part) sums[part] = Operation{}(sums[part], sums[part + width]);
    return sums[0];
}

// As many rows as a vector has lanes, each down to one lane. Interleaving the halves of two rows brings lane k of each
// over lane k + half; a pair's results then stay together, so that rows come out in their order.
template <typename Operation, typename V>
PTO_INLINE V fold_rows(V* rows) {
#pragma GCC unroll 1
    for (int half = lanes_of<V> / 2; half > 0; half /= 2)
#pragma GCC unroll 1
        for (int i = 0; i < half; ++i)
            rows[i] = Operation{}(interleave_low(rows[i], rows[i + half]), interleave_high(rows[i], rows[i + half]));
    return rows[0];
}

template <typename T, typename V>
PTO_INLINE void store_column(T* to, int64_t step, V values, int count) {
    if (step == 1) return store_accumulator(to, values, count);
    T lanes[lanes_of<V>];
    store_accumulator(lanes, values, lanes_of<V>);
    for (int i = 0; i < count; ++i) to[i * step] = lanes[i];
}

// The results of rows, a step apart.
template <typename Operation, typename T>
PTO_BODY void reduce_rows_body(T* to, int64_t to_step, const T* from, int64_t from_pitch, Extent extent) {
    constexpr int batch = accumulator_lanes<T>;
    for (int row = 0; row < extent.rows; row += batch) {
        const int count = least(batch, extent.rows - row);
        accumulator_vector<T> sums[batch];
#pragma GCC unroll 1
        for (int i = 0; i < batch; ++i)
            sums[i] = reduce_row<Operation>(from + (row + least(i, count - 1)) * from_pitch, extent.cols);
        store_column(to + row * to_step, to_step, fold_rows<Operation>(sums), count);
    }
}

// A few rows of whole vectors at a time, so that the operations of one do not wait for each other.
template <typename Operation, int Rows, typename T>
PTO_INLINE void reduce_whole_rows_at(accumulator_vector<T>* sums, const T* from, int64_t pitch, int cols) {
    using V = accumulator_vector<T>;
    constexpr int lanes = accumulator_lanes<T>, parts = accumulator_parts<T>;
    V partial[parts][Rows];
#pragma GCC unroll 16
    for (int part = 0; part < parts; ++part)
#pragma GCC unroll 4
        for (int row = 0; row < Rows; ++row)
            partial[part][row] = splat<V>(Operation::template neutral<accumulator_t<T>>);
#pragma GCC unroll 1
    for (int col = 0; col < cols; col += reduction_lanes)
#pragma GCC unroll 16
        for (int part = 0; part < parts; ++part)
#pragma GCC unroll 4
            for (int row = 0; row < Rows; ++row)
                partial[part][row] =
                    Operation{}(partial[part][row], load_accumulator(from + row * pitch + col + part * lanes));
#pragma GCC unroll 16
    for (int width = parts / 2; width > 0; width /= 2)
#pragma GCC unroll 16
        for (int part = 0; part < width; ++part)
#pragma GCC unroll 4
            for (int row = 0; row < Rows; ++row)
                partial[part][row] = Operation{}(partial[part][row], partial[part + width][row]);
#pragma GCC unroll 4
    for (int row = 0; row < Rows; ++row) sums[row] = partial[0][row];
}

// Whole batches of rows of whole vectors, their results side by side.
template <typename Operation, typename T>
PTO_INLINE void reduce_whole_rows(T* to, const T* from, int64_t pitch, Extent extent) {
    constexpr int batch = accumulator_lanes<T>, at_once = least(batch, 4);
    using Compute = Vector<compute_t<T>, batch>;
#pragma GCC unroll 1
    for (int row = 0; row < extent.rows; row += batch) {
        accumulator_vector<T> sums[batch];
#pragma GCC unroll 1
        for (int i = 0; i < batch; i += at_once)
            reduce_whole_rows_at<Operation, at_once>(sums + i, from + (row + i) * pitch, pitch, extent.cols);
        store_lanes<T, batch>(to + row, __builtin_convertvector(fold_rows<Operation>(sums), Compute));
    }
}

// A few vectors of columns at a time, so that the additions of one do not wait for each other.
template <typename Operation, int Vectors, typename T>
PTO_INLINE void reduce_columns_at(T* to, const T* from, int64_t pitch, int rows, int cols) {
    constexpr int lanes = accumulator_lanes<T>;
    accumulator_vector<T> sums[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) sums[v] = load_accumulator(from + v * lanes);
    for (int row = 1; row < rows; ++row)
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v)
            sums[v] = Operation{}(sums[v], load_accumulator(from + row * pitch + v * lanes));
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) store_accumulator(to + v * lanes, sums[v], least(lanes, cols - v * lanes));
}

template <typename Operation, typename T>
PTO_BODY void reduce_columns_body(T* to, const T* from, int64_t pitch, Extent extent) {
    constexpr int lanes = accumulator_lanes<T>, at_once = 4;
    int col = 0;
    for (; col + at_once * lanes <= extent.cols; col += at_once * lanes)
        reduce_columns_at<Operation, at_once>(to + col, from + col, pitch, extent.rows, extent.cols - col);
    for (; col < extent.cols; col += lanes)
        reduce_columns_at<Operation, 1>(to + col, from + col, pitch, extent.rows, extent.cols - col);
}

}  // namespace pto::detail
