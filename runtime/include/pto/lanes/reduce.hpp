// Reductions of rows and columns, in an order that no vector width changes.
//
// A row: element i goes to lane i mod 16, lanes start from the operation's neutral element; then lane k takes lane
// k + 8, k + 4, k + 2 and k + 1. A column: row after row. Both compute 16-bit floats in float and round once at the
// end, and integers in 32 bits or more, wrapping to the element type.
#pragma once

#include "../tile/pad.hpp"
#include "arithmetic.hpp"
#include "lanes.hpp"

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

// The 16 lanes of one row, down to one vector.
template <typename Operation, typename T>
PTO_INLINE accumulator_vector<T> reduce_to_vector(const T* row, int cols) {
    using V = accumulator_vector<T>;
    constexpr int lanes = accumulator_lanes<T>;
    constexpr int parts = reduction_lanes / lanes;
    constexpr auto neutral = Operation::template neutral<accumulator_t<T>>;
    V sums[parts];
#pragma GCC unroll 16
    for (int part = 0; part < parts; ++part) sums[part] = splat<V>(neutral);
    int col = 0;
    for (; col + reduction_lanes <= cols; col += reduction_lanes)
#pragma GCC unroll 16
        for (int part = 0; part < parts; ++part)
            sums[part] = Operation{}(sums[part], load_accumulator(row + col + part * lanes));
#pragma GCC unroll 16
    for (int part = 0; part < parts; ++part) {
        const int rest = cols - col - part * lanes;
        if (rest <= 0) break;
        const V loaded = load_accumulator(row + col + part * lanes);
        sums[part] = Operation{}(sums[part], rest >= lanes ? loaded : join_lanes(loaded, splat<V>(neutral), rest));
    }
#pragma GCC unroll 16
    for (int width = parts / 2; width > 0; width /= 2)
#pragma GCC unroll 16
        for (int part = 0; part < width; ++part) sums[part] = Operation{}(sums[part], sums[part + width]);
    return sums[0];
}

// Each group of 2 * Half lanes of a becomes Half lanes, followed by as many from b: lane k combined with k + Half.
template <int Half, typename Operation, typename V, int... Lane>
PTO_INLINE V fold(V a, V b, Sequence<Lane...>) {
    constexpr int count = lanes_of<V>;
    const V low = pick<(Lane / (2 * Half) * (2 * Half) + Lane % Half + Lane / Half % 2 * count)...>(a, b);
    const V high = pick<(Lane / (2 * Half) * (2 * Half) + Half + Lane % Half + Lane / Half % 2 * count)...>(a, b);
    return Operation{}(low, high);
}

// As many rows as a vector has lanes, folded into one vector. Rows come out in bit-reversed order, so they go in so.
template <typename Operation, int Half, typename V>
PTO_INLINE void fold_rows(V* rows) {
    constexpr int count = lanes_of<V>;
    if constexpr (Half > 0) {
#pragma GCC unroll 1
        for (int i = 0; i < Half; ++i)
            rows[i] = fold<Half, Operation>(rows[2 * i], rows[2 * i + 1], typename SequenceTo<count>::type{});
        fold_rows<Operation, Half / 2>(rows);
    }
}

template <int Count>
PTO_INLINE constexpr int reversed_bits(int index) {
    int reversed = 0;
    for (int bit = 1; bit < Count; bit *= 2) reversed = 2 * reversed + (index / bit) % 2;
    return reversed;
}

}  // namespace pto::detail
