// Transposition of a matrix in memory, in square blocks of registers.
#pragma once

#include "lanes.hpp"

namespace pto::detail {

// As many rows as a row has lanes: interleaving row i with row i + half, once for each halving, transposes.
template <typename V, int Count>
PTO_INLINE void transpose_registers(V (&rows)[Count]) {
    static_assert(lanes_of<V> == Count, "a block of registers is square");
#pragma GCC unroll 4
    for (int stage = 1; stage < Count; stage *= 2) {
        V next[Count];
#pragma GCC unroll 16
        for (int i = 0; i < Count / 2; ++i) {
            next[2 * i] = interleave_low(rows[i], rows[i + Count / 2]);
            next[2 * i + 1] = interleave_high(rows[i], rows[i + Count / 2]);
        }
#pragma GCC unroll 16
        for (int i = 0; i < Count; ++i) rows[i] = next[i];
    }
}

template <typename T>
inline constexpr int block_side = least(16, vector_bytes / static_cast<int>(sizeof(T)));

template <typename Bits>
__attribute__((noinline)) static void transpose_block(Bits* to, int64_t to_step, const Bits* from, int64_t from_step) {
    constexpr int side = block_side<Bits>;
    using V = Vector<Bits, side>;
    V rows[side];
#pragma GCC unroll 16
    for (int i = 0; i < side; ++i) rows[i] = load<V>(from + i * from_step);
    transpose_registers(rows);
#pragma GCC unroll 16
    for (int i = 0; i < side; ++i) store(to + i * to_step, rows[i]);
}

// to[col][row] = from[row][col] for a matrix of the given rows and columns; steps are between rows, in elements.
template <typename T>
PTO_INLINE void transpose(T* to, int64_t to_step, const T* from, int64_t from_step, int rows, int cols) {
    using Bits = unsigned_t<sizeof(T)>;
    constexpr int side = block_side<Bits>;
    const int whole_rows = rows / side * side, whole_cols = cols / side * side;
    for (int col = 0; col < whole_cols; col += side)
        for (int row = 0; row < whole_rows; row += side)
            transpose_block(reinterpret_cast<Bits*>(to + col * to_step + row), to_step,
                            reinterpret_cast<const Bits*>(from + row * from_step + col), from_step);
    for (int row = 0; row < rows; ++row)
        for (int col = row < whole_rows ? whole_cols : 0; col < cols; ++col)
            to[col * to_step + row] = from[row * from_step + col];
}

}  // namespace pto::detail
