// Reductions: TROW* of each row into column 0 of the result, TCOL* of each column into its row 0. lanes/reduce.hpp has
// the order. The result of a row reduction is an [M, 1] column-major tile, or a row-major one of which column 0 is
// written. The source's valid shape says what is reduced. The scratch tile is for the hardware; it is not touched.
#pragma once

#include "../lanes/reduce.hpp"
#include "rules.hpp"
#include "sync.hpp"

namespace pto {
namespace detail {

template <typename Dst, typename Src>
constexpr void check_row_reduction() {
    require_row_major<Src>();
    require_ub<Dst>();
    require_same_dtype<Dst, Src>();
    static_assert(!Dst::isBoxedLayout && (Dst::isRowMajor || Dst::Cols == 1),
                  "the result of a row reduction is an [M, 1] column-major tile or a row-major one");
    static_assert(rows_may_agree<Dst, Src>, "result and source have the same number of valid rows");
}

template <typename Dst, typename V>
PTO_INLINE void store_column(Dst& dst, int row, V values, int count) {
    using T = typename Dst::DType;
    if constexpr (Dst::Cols == 1) {
        store_accumulator(element_address(dst, row, 0), values, count);
    } else {
        T lanes[lanes_of<V>];
        store_accumulator(lanes, values, lanes_of<V>);
        for (int i = 0; i < count; ++i) *element_address(dst, row + i, 0) = lanes[i];
    }
}

template <typename Operation, typename Dst, typename Src>
PTO_INLINE RecordEvent reduce_rows(Dst& dst, const Src& src) {
    using T = typename Src::DType;
    check_row_reduction<Dst, Src>();
    constexpr int batch = accumulator_lanes<T>;
    const int rows = valid_rows(src), cols = valid_cols(src);
    for (int row = 0; row < rows; row += batch) {
        const int count = least(batch, rows - row);
        accumulator_vector<T> sums[batch];
        for (int i = 0; i < batch; ++i)
            sums[reversed_bits<batch>(i)] =
                reduce_to_vector<Operation>(element_address(src, row + least(i, count - 1), 0), cols);
        fold_rows<Operation, batch / 2>(sums);
        store_column(dst, row, sums[0], count);
    }
    return {};
}

template <typename Dst, typename Src>
constexpr void check_column_reduction() {
    require_row_major<Dst, Src>();
    require_same_dtype<Dst, Src>();
    static_assert(cols_may_agree<Dst, Src>, "result and source have the same number of valid columns");
}

// A few vectors of columns at a time, so that the additions of one do not wait for each other.
template <typename Operation, int Vectors, typename T>
PTO_INLINE void reduce_columns_at(T* to, const T* from, int row_step, int rows, int cols) {
    constexpr int lanes = accumulator_lanes<T>;
    accumulator_vector<T> sums[Vectors];
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) sums[v] = load_accumulator(from + v * lanes);
    for (int row = 1; row < rows; ++row)
#pragma GCC unroll 4
        for (int v = 0; v < Vectors; ++v)
            sums[v] = Operation{}(sums[v], load_accumulator(from + row * row_step + v * lanes));
#pragma GCC unroll 4
    for (int v = 0; v < Vectors; ++v) store_accumulator(to + v * lanes, sums[v], least(lanes, cols - v * lanes));
}

template <typename Operation, typename Dst, typename Src>
PTO_INLINE RecordEvent reduce_columns(Dst& dst, const Src& src) {
    check_column_reduction<Dst, Src>();
    constexpr int lanes = accumulator_lanes<typename Src::DType>, at_once = 4;
    const int rows = valid_rows(src), cols = valid_cols(src);
    int col = 0;
    for (; col + at_once * lanes <= cols; col += at_once * lanes)
        reduce_columns_at<Operation, at_once>(dst.data() + col, src.data() + col, Src::Cols, rows, cols - col);
    for (; col < cols; col += lanes)
        reduce_columns_at<Operation, 1>(dst.data() + col, src.data() + col, Src::Cols, rows, cols - col);
    return {};
}

}  // namespace detail

template <typename Dst, typename Src, typename Tmp, typename... Events>
PTO_INST RecordEvent TROWSUM(Dst& dst, Src& src, Tmp&, Events&...) {
    return detail::reduce_rows<detail::Sum>(dst, src);
}

template <typename Dst, typename Src, typename Tmp, typename... Events>
PTO_INST RecordEvent TROWPROD(Dst& dst, Src& src, Tmp&, Events&...) {
    return detail::reduce_rows<detail::Product>(dst, src);
}

template <typename Dst, typename Src, typename Tmp, typename... Events>
PTO_INST RecordEvent TROWMAX(Dst& dst, Src& src, Tmp&, Events&...) {
    return detail::reduce_rows<detail::Greatest>(dst, src);
}

template <typename Dst, typename Src, typename Tmp, typename... Events>
PTO_INST RecordEvent TROWMIN(Dst& dst, Src& src, Tmp&, Events&...) {
    return detail::reduce_rows<detail::Least>(dst, src);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TCOLSUM(Dst& dst, Src& src, Events&...) {
    return detail::reduce_columns<detail::Sum>(dst, src);
}

// The hardware can add in pairs of rows, with scratch; here the order is the same either way.
template <typename Dst, typename Src, typename Tmp, typename... Events>
PTO_INST RecordEvent TCOLSUM(Dst& dst, Src& src, Tmp&, bool, Events&...) {
    return detail::reduce_columns<detail::Sum>(dst, src);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TCOLPROD(Dst& dst, Src& src, Events&...) {
    return detail::reduce_columns<detail::Product>(dst, src);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TCOLMAX(Dst& dst, Src& src, Events&...) {
    return detail::reduce_columns<detail::Greatest>(dst, src);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TCOLMIN(Dst& dst, Src& src, Events&...) {
    return detail::reduce_columns<detail::Least>(dst, src);
}

}  // namespace pto
