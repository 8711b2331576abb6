// TTRANS: the transposed tile, in UB. The source's valid rows become columns. Source and destination do not overlap.
// The scratch tile is for the hardware; it is not touched.
#pragma once

#include "../lanes/transpose.hpp"
#include "rules.hpp"
#include "sync.hpp"

namespace pto {
PTO_ISA {

template <typename Dst, typename Src, typename Tmp, typename... Events>
PTO_INST RecordEvent TTRANS(Dst& dst, Src& src, Tmp&, Events&...) {
    static_assert(detail::require_row_major<Dst, Src>());
    static_assert(detail::require_same_dtype<Dst, Src>());
    static_assert(sizeof(typename Dst::DType) <= 4, "TTRANS takes elements of 1, 2 or 4 bytes");
    static_assert(Dst::Cols >= (Src::ValidRow == DYNAMIC ? 1 : Src::ValidRow) &&
                      Dst::Rows >= (Src::ValidCol == DYNAMIC ? 1 : Src::ValidCol),
                  "the destination holds a row for each valid column and a column for each valid row");
    detail::transpose(dst.data(), Dst::Cols, src.data(), Src::Cols, detail::valid_rows(src), detail::valid_cols(src));
    return {};
}

}  // namespace isa
}  // namespace pto
