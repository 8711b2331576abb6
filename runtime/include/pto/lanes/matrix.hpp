// The matrix kernel: a block of an accumulator kept in registers, one fused multiply-add for each product, along the
// depth in order. Elements narrower than float are widened to float strip by strip first, which is exact.
//
// int8 products sum exactly in float over a strip (128 * 2^14 < 2^24) and strips add up in int32, wrapping.
#pragma once

#include "../tile/layout.hpp"
#include "arithmetic.hpp"
#include "map.hpp"

namespace pto::detail {

inline constexpr int float_lanes = native_lanes<float>;
inline constexpr int strip_rows = 128;
inline constexpr int strip_depth = 128;

// Rows of the accumulator in registers at a time: with two vectors each, half of the registers there are.
inline constexpr int block_rows = vector_bytes == 64 ? 8 : 4;

// What an accumulator starts from: nothing (zero), another one, or one row for all rows (a step of 0).
template <typename T>
struct Start {
    const T* values;
    int row_step;

    PTO_INLINE Start at(int row, int col) const {
        return {values ? values + row * row_step + col : nullptr, row_step};
    }
};

struct Extent {
    int rows;
    int cols;
    int depth;
};

// out = start + left * right for at most Rows rows of left, LeftStep apart, and Vectors vectors of right, side by side.
template <int LeftStep, int Rows, int Vectors>
__attribute__((noinline)) static void multiply_block(float* out, int out_step, Start<float> start, const float* left,
                                                     const float* right, Extent extent) {
    using V = Vector<float, float_lanes>;
    V sums[Rows][Vectors];
#pragma GCC unroll 8
    for (int row = 0; row < Rows; ++row)
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v)
            sums[row][v] = start.values && row < extent.rows
                               ? load<V>(start.values + row * start.row_step + v * float_lanes)
                               : V{};
    for (int k = 0; k < extent.depth; ++k) {
        V factors[Vectors];
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) factors[v] = load<V>(right + (k * Vectors + v) * float_lanes);
#pragma GCC unroll 8
        for (int row = 0; row < Rows; ++row)
#pragma GCC unroll 2
            for (int v = 0; v < Vectors; ++v)
                sums[row][v] = fused_multiply_add(splat<V>(left[row * LeftStep + k]), factors[v], sums[row][v]);
    }
#pragma GCC unroll 8
    for (int row = 0; row < Rows; ++row)
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) {
            const int cols = extent.cols - v * float_lanes;
            float* to = out + row * out_step + v * float_lanes;
            if (row < extent.rows && cols >= float_lanes)
                store(to, sums[row][v]);
            else if (row < extent.rows && cols > 0)
                store_first(to, sums[row][v], cols);
        }
}

// An accumulator of float takes the block as it is; one of int32 adds a block of exact integers.
template <int LeftStep, int Rows, int Vectors>
PTO_INLINE void accumulate_block(float* out, int out_step, Start<float> start, const float* left, const float* right,
                                 Extent extent) {
    multiply_block<LeftStep, Rows, Vectors>(out, out_step, start, left, right, extent);
}

template <int LeftStep, int Rows, int Vectors>
PTO_INLINE void accumulate_block(int32_t* out, int out_step, Start<int32_t> start, const float* left,
                                 const float* right, Extent extent) {
    using V = Vector<int32_t, float_lanes>;
    constexpr int step = Vectors * float_lanes;
    float block[Rows * step];
    multiply_block<LeftStep, Rows, Vectors>(block, step, {nullptr, 0}, left, right, extent);
    const int rows = least(Rows, extent.rows), cols = least(step, extent.cols);
    for (int row = 0; row < rows; ++row)
        for (int col = 0; col < cols; col += float_lanes) {
            const V sum = __builtin_convertvector((load<Vector<float, float_lanes>>(block + row * step + col)), V);
            const V old = start.values ? load<V>(start.values + row * start.row_step + col) : V{};
            store_first(out + row * out_step + col, Add{}(old, sum), least(float_lanes, cols - col));
        }
}

template <typename T>
PTO_INLINE void widen(float* to, const T* from, int count) {
    for (int i = 0; i < count; i += float_lanes) {
        const auto lanes = load_lanes<T, float_lanes>(from + i);
        store(to + i, __builtin_convertvector(lanes, Vector<float, float_lanes>));
    }
}

// A strip of the left matrix, rows LeftStep apart, and of one panel of the right one. Float is used where it lies.
template <typename Tile>
struct LeftStrip {
    static constexpr bool in_place = is_same<typename Tile::DType, float>;
    static constexpr int rows = in_place ? Tile::Rows : least(strip_rows, Tile::Rows);
    static constexpr int depth = in_place ? Tile::Cols : strip_depth;
    alignas(64) float values[in_place ? 1 : rows * depth];

    PTO_INLINE const float* take(const Tile& tile, int row, int k, int row_count, int k_count) {
        const auto* from = tile.data() + row * Tile::Cols + k;
        if constexpr (in_place) {
            return from;
        } else {
            for (int i = 0; i < row_count; ++i) widen(values + i * depth, from + i * Tile::Cols, k_count);
            return values;
        }
    }
};

template <typename Tile>
struct RightStrip {
    static constexpr bool in_place = is_same<typename Tile::DType, float>;
    alignas(64) float values[in_place ? 1 : strip_depth * panel_cols];

    PTO_INLINE const float* take(const Tile& tile, int k, int col, int k_count) {
        const auto* from = tile.data() + panel_offset<Tile>(k, col);
        if constexpr (in_place) {
            return from;
        } else {
            widen(values, from, k_count * panel_width<Tile>(col));
            return values;
        }
    }
};

template <int LeftStep, int Rows, int Vectors, typename T>
PTO_INLINE void multiply_panel(T* out, int out_step, Start<T> start, const float* left, const float* right,
                               Extent extent) {
    for (int row = 0; row < extent.rows; row += Rows)
        accumulate_block<LeftStep, Rows, Vectors>(out + row * out_step, out_step, start.at(row, 0),
                                                  left + row * LeftStep, right,
                                                  {extent.rows - row, extent.cols, extent.depth});
}

// out = start + left * right over the given rows, columns and depth.
template <typename Out, typename Left, typename Right>
PTO_INLINE void multiply(Out& out, Start<typename Out::DType> start, const Left& left, const Right& right,
                         Extent extent) {
    using Strip = LeftStrip<Left>;
    constexpr int rows_at_once = Left::Rows == 1 ? 1 : block_rows;
    Strip left_strip;
    RightStrip<Right> right_strip;
    for (int row = 0; row < extent.rows; row += Strip::rows)
        for (int k = 0; k < extent.depth; k += Strip::depth) {
            const int rows = least(Strip::rows, extent.rows - row), depth = least(Strip::depth, extent.depth - k);
            const float* from_left = left_strip.take(left, row, k, rows, depth);
            const auto before = k == 0 ? start : Start<typename Out::DType>{out.data(), Out::Cols};
            for (int col = 0; col < extent.cols; col += panel_cols) {
                const float* from_right = right_strip.take(right, k, col, depth);
                const Extent part{rows, extent.cols - col, depth};
                auto* to = out.data() + row * Out::Cols + col;
                if (Right::Cols % panel_cols != 0 && col + panel_cols > Right::Cols)
                    multiply_panel<Strip::depth, rows_at_once, 1>(to, Out::Cols, before.at(row, col), from_left,
                                                                  from_right, part);
                else
                    multiply_panel<Strip::depth, rows_at_once, 2>(to, Out::Cols, before.at(row, col), from_left,
                                                                  from_right, part);
            }
        }
}

}  // namespace pto::detail
