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
constexpr bool check_row_reduction() {
    static_assert(require_row_major<Src>());
    static_assert(require_ub<Dst>());
    static_assert(require_same_dtype<Dst, Src>());
    static_assert(!Dst::isBoxedLayout && (Dst::isRowMajor || Dst::Cols == 1),
                  "the result of a row reduction is an [M, 1] column-major tile or a row-major one");
    static_assert(rows_may_agree<Dst, Src>, "result and source have the same number of valid rows");
    return true;
}

template <typename Operation, typename Dst, typename Src>
PTO_INLINE RecordEvent reduce_rows(Dst& dst, const Src& src) {
    using T = typename Src::DType;
    static_assert(check_row_reduction<Dst, Src>());
    if constexpr (Dst::RowStride == 1 && Src::ValidRow % accumulator_lanes<T> == 0 &&
                  Src::ValidCol % reduction_lanes == 0)
        reduce_whole_rows<Operation>(dst.data(), src.data(), Src::Cols, {Src::ValidRow, Src::ValidCol});
    else
        reduce_rows_body<Operation>(dst.data(), Dst::RowStride, src.data(), Src::Cols, valid_extent(src));
    return {};
}

template <typename Dst, typename Src>
constexpr bool check_column_reduction() {
    static_assert(require_row_major<Dst, Src>());
    static_assert(require_same_dtype<Dst, Src>());
    static_assert(cols_may_agree<Dst, Src>, "result and source have the same number of valid columns");
    return true;
}

template <typename Operation, typename Dst, typename Src>
PTO_INLINE RecordEvent reduce_columns(Dst& dst, const Src& src) {
    using T = typename Src::DType;
    static_assert(check_column_reduction<Dst, Src>());
    reduce_columns_body<Operation, T>(dst.data(), src.data(), Src::Cols, valid_extent(src));
    return {};
}

}  // namespace detail

PTO_ISA {

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

}  // namespace isa
}  // namespace pto
