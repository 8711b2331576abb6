// The matrix kernel: a block of an accumulator kept in registers, one fused multiply-add for each product, along the
// depth in order. Elements narrower than float are widened to float strip by strip first, which is exact.
//
// int8 products sum exactly in float over a strip (128 * 2^14 < 2^24) and strips add up in int32, wrapping.
#pragma once

#include "../tile/layout.hpp"
#include "arithmetic.hpp"
#include "fetch.hpp"
#include "map.hpp"

namespace pto::detail {

inline constexpr int float_lanes = native_lanes<float>;
inline constexpr int panel_cols = 2 * float_lanes;
inline constexpr int strip_rows = 128;
inline constexpr int strip_depth = 128;

// Rows of the accumulator in registers at a time: with two vectors each, half of the registers there are.
inline constexpr int block_rows = vector_bytes == 64 ? 8 : 4;

// What an accumulator starts from: another one, or one row for all rows (a step of 0), or zero.
template <typename T>
struct Start {
    const T* values;
    int row_step;
    int col_step;

    PTO_INLINE Start at(int row, int col) const {
        return {values + row * row_step + col * col_step, row_step, col_step};
    }
};

alignas(64) inline constexpr unsigned char zeros[2 * vector_bytes] = {};

template <typename T>
PTO_INLINE Start<T> from_zeros() {
    return {reinterpret_cast<const T*>(zeros), 0, 0};
}

struct ProductExtent {
    int rows;
    int cols;
    int depth;
};

// Where a result ends inside a block or beside the last whole panel, its blocks are stored in part.
enum class Edges { Whole, Ragged };

// The block's rows and columns that exist, of which there may be fewer than Rows and whole vectors.
template <int Rows, int Vectors, typename V>
PTO_INLINE void store_part(float* out, int out_step, const V (&sums)[Rows][Vectors], int rows, int cols) {
    constexpr int step = Vectors * float_lanes;
    float block[Rows * step];
    __builtin_memcpy(block, sums, sizeof(block));
    for (int row = 0; row < least(rows, Rows); ++row)
        for (int col = 0; col < least(cols, step); col += float_lanes)
            store_first(out + row * out_step + col, load<V>(block + row * step + col), least(float_lanes, cols - col));
}

// The columns of the right matrix that a block is multiplied with, and how far it is from row to row.
template <typename T>
struct RightPanel {
    const T* values;
    int step;
};

// A vector of elements as floats, which is exact.
template <typename T>
PTO_INLINE Vector<float, float_lanes> load_wide(const T* from) {
    return __builtin_convertvector((load_lanes<T, float_lanes>(from)), Vector<float, float_lanes>);
}

// out = start + left * right for at most Rows rows of left, and Vectors vectors of right, side by side.
template <int Rows, int Vectors, Edges Edge, typename T>
PTO_BODY void multiply_block(float* out, int out_step, Start<float> start, const float* left, int left_step,
                             RightPanel<T> right, ProductExtent extent, Fetcher& fetcher) {
    using V = Vector<float, float_lanes>;
    V sums[Rows][Vectors];
#pragma GCC unroll 8
    for (int row = 0; row < Rows; ++row) {
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) sums[row][v] = load<V>(start.values + v * float_lanes);
        if (Edge == Edges::Whole || row + 1 < extent.rows) start.values += start.row_step;
    }
    // There is a first step, which lets the sums stay in registers from their loads to their stores.
    int k = 0;
    Line line = fetcher.line;
    do {
        V columns[Vectors];
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) columns[v] = load_wide(right.values + v * float_lanes);
#pragma GCC unroll 8
        for (int row = 0; row < Rows; ++row)
#pragma GCC unroll 2
            for (int v = 0; v < Vectors; ++v)
                sums[row][v] = fused_multiply_add(splat<V>(left[row * left_step + k]), columns[v], sums[row][v]);
        right.values += right.step;
        line = fetcher.fetch_line(line);
    } while (++k < extent.depth);
    fetcher.line = line;
    if constexpr (Edge == Edges::Ragged) {
        if (extent.rows < Rows || extent.cols < Vectors * float_lanes)
            return store_part(out, out_step, sums, extent.rows, extent.cols);
    }
#pragma GCC unroll 8
    for (int row = 0; row < Rows; ++row, out += out_step)
#pragma GCC unroll 2
        for (int v = 0; v < Vectors; ++v) store(out + v * float_lanes, sums[row][v]);
}

// An accumulator of float takes the block as it is; one of int32 adds a block of exact integers.
template <int Rows, int Vectors, Edges Edge, typename T>
PTO_INLINE void accumulate_block(float* out, int out_step, Start<float> start, const float* left, int left_step,
                                 RightPanel<T> right, ProductExtent extent, Fetcher& fetcher) {
    multiply_block<Rows, Vectors, Edge>(out, out_step, start, left, left_step, right, extent, fetcher);
}

template <int Rows, int Vectors, Edges Edge, typename T>
PTO_INLINE void accumulate_block(int32_t* out, int out_step, Start<int32_t> start, const float* left, int left_step,
                                 RightPanel<T> right, ProductExtent extent, Fetcher& fetcher) {
    using V = Vector<int32_t, float_lanes>;
    constexpr int step = Vectors * float_lanes;
    float block[Rows * step];
    multiply_block<Rows, Vectors, Edges::Whole>(block, step, from_zeros<float>(), left, left_step, right, extent,
                                                fetcher);
    const int rows = least(Rows, extent.rows), cols = least(step, extent.cols);
    for (int row = 0; row < rows; ++row)
        for (int col = 0; col < cols; col += float_lanes) {
            const V sum = __builtin_convertvector((load<Vector<float, float_lanes>>(block + row * step + col)), V);
            const V old = load<V>(start.at(row, col).values);
            store_first(out + row * out_step + col, Add{}(old, sum), least(float_lanes, cols - col));
        }
}

template <int Rows, int Vectors, Edges Edge, typename Out, typename T>
PTO_INLINE void multiply_panel(Out* out, int out_step, Start<Out> start, const float* left, int left_step,
                               RightPanel<T> right, ProductExtent extent, Fetcher& fetcher) {
    for (int row = 0; row < extent.rows; row += Rows)
        accumulate_block<Rows, Vectors, Edge>(out + row * out_step, out_step, start.at(row, 0), left + row * left_step,
                                              left_step, right, {extent.rows - row, extent.cols, extent.depth},
                                              fetcher);
}

// Some rows of elements as floats, each up to a whole vector.
template <typename T>
PTO_BODY void widen(float* to, int to_pitch, const T* from, int from_pitch, Extent extent) {
    for (int row = 0; row < extent.rows; ++row)
        for (int col = 0; col < extent.cols; col += float_lanes)
            store(to + row * to_pitch + col, load_wide(from + row * from_pitch + col));
}

// A matrix in L0A, and one in L0B with all its columns; how far it is from row to row.
template <typename T>
struct LeftMatrix {
    const T* values;
    int step;
};
template <typename T>
struct RightMatrix {
    const T* values;
    int step;
    int cols;
};

// Panels of the right matrix, two vectors wide, one after the other. A last one that is narrower is one vector wide.
template <int Rows, Edges Edge, typename Out, typename T>
PTO_INLINE void multiply_panels(Out* out, int out_step, Start<Out> start, LeftMatrix<float> left,
                                RightMatrix<T> right, ProductExtent extent, Fetcher& fetcher) {
    for (int col = 0; col < extent.cols; col += panel_cols) {
        const RightPanel<T> panel{right.values + col, right.step};
        const ProductExtent rest{extent.rows, extent.cols - col, extent.depth};
        if constexpr (Edge == Edges::Ragged) {
            if (right.cols - col < panel_cols)
                return multiply_panel<Rows, 1, Edge>(out + col, out_step, start.at(0, col), left.values, left.step,
                                                     panel, rest, fetcher);
        }
        multiply_panel<Rows, 2, Edge>(out + col, out_step, start.at(0, col), left.values, left.step, panel, rest,
                                        fetcher);
    }
}

// Without any depth zero is added.
template <typename T>
PTO_BODY void multiply_nothing(T* out, int out_step, Start<T> start, ProductExtent extent) {
    for (int row = 0; row < extent.rows; ++row)
        for (int col = 0; col < extent.cols; ++col) out[row * out_step + col] = *start.at(row, col).values + T(0);
}

// How often vectors of the right matrix are used: few blocks of rows widen them as they load them.
enum class Reuse { Low, High };

// out = start + left * right over the given rows, columns and depth, Rows rows at a time. Float is used where it lies.
template <int Rows, Edges Edge, Reuse>
PTO_BODY void multiply(float* out, int out_step, Start<float> start, LeftMatrix<float> left, RightMatrix<float> right,
                       ProductExtent extent, Fetcher& fetcher) {
    if (extent.depth == 0) return multiply_nothing(out, out_step, start, extent);
    multiply_panels<Rows, Edge>(out, out_step, start, left, right, extent, fetcher);
}

// A strip of the left matrix, widened, times what meets it of the right one: of that each panel is widened first.
template <int Rows, Edges Edge, typename Out, typename T>
PTO_INLINE void multiply_widened(Out* out, int out_step, Start<Out> start, LeftMatrix<float> left, RightMatrix<T> right,
                                 ProductExtent extent, Fetcher& fetcher) {
    alignas(64) float strip[strip_depth * panel_cols];
    for (int col = 0; col < extent.cols; col += panel_cols) {
        const int width = least(panel_cols, right.cols - col);
        widen(strip, width, right.values + col, right.step, {extent.depth, width});
        const ProductExtent part{extent.rows, least(panel_cols, extent.cols - col), extent.depth};
        multiply_panels<Rows, Edge>(out + col, out_step, start.at(0, col), left, RightMatrix<float>{strip, width, width},
                                    part, fetcher);
    }
}

// Other elements are widened, strip by strip.
template <int Rows, Edges Edge, Reuse Use, typename Out, typename T>
PTO_BODY void multiply(Out* out, int out_step, Start<Out> start, LeftMatrix<T> left, RightMatrix<T> right,
                       ProductExtent extent, Fetcher& fetcher) {
    if (extent.depth == 0) return multiply_nothing(out, out_step, start, extent);
    alignas(64) float strip[strip_rows * strip_depth];
    for (int row = 0; row < extent.rows; row += strip_rows)
        for (int k = 0; k < extent.depth; k += strip_depth) {
            const int rows = least(strip_rows, extent.rows - row), depth = least(strip_depth, extent.depth - k);
            Out* to = out + row * out_step;
            const Start<Out> before = k == 0 ? start.at(row, 0) : Start<Out>{to, out_step, 1};
            const LeftMatrix<float> widened{strip, strip_depth};
            const RightMatrix<T> below{right.values + k * right.step, right.step, right.cols};
            const ProductExtent part{rows, extent.cols, depth};
            widen(strip, strip_depth, left.values + row * left.step + k, left.step, {rows, depth});
            if constexpr (Use == Reuse::High)
                multiply_widened<Rows, Edge>(to, out_step, before, widened, below, part, fetcher);
            else
                multiply_panels<Rows, Edge>(to, out_step, before, widened, below, part, fetcher);
        }
}

}  // namespace pto::detail
