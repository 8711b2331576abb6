// Views: TRESHAPE gives a tile's bytes another shape, TSUBVIEW names a window of it. Nothing is copied.
#pragma once

#include "rules.hpp"
#include "sync.hpp"

namespace pto {
namespace detail {

// Outside UB bytes are in the library's own order, which another layout would read differently.
template <typename A, typename B>
inline constexpr bool has_same_order = sizeof(typename A::DType) == sizeof(typename B::DType) && A::Rows == B::Rows &&
                                       A::Cols == B::Cols && A::BFractal == B::BFractal && A::SFractal == B::SFractal;

}  // namespace detail

PTO_ISA {

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TRESHAPE(Dst& dst, Src& src, Events&...) {
    static_assert(is_tile_data_v<Dst> && is_tile_data_v<Src>, "TRESHAPE is of tiles");
    static_assert(Dst::Loc == Src::Loc, "a reshaped tile stays in its memory");
    static_assert(Dst::Numel * sizeof(typename Dst::DType) == Src::Numel * sizeof(typename Src::DType),
                  "a reshaped tile has as many bytes as before");
    static_assert(Dst::isBoxedLayout == Src::isBoxedLayout, "a boxed tile stays boxed, a plain one plain");
    static_assert(detail::is_byte_exact<Dst> || detail::has_same_order<Dst, Src>,
                  "outside UB a tile is reshaped only to one of equal rows, columns, layout and element size: go "
                  "through global memory");
    dst.data() = reinterpret_cast<typename Dst::TileDType>(src.data());
    return {};
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TSUBVIEW(Dst& dst, Src& src, uint16_t row, uint16_t col, Events&...) {
    static_assert(detail::require_ub<Dst, Src>());
    static_assert(detail::require_same_dtype<Dst, Src>());
    static_assert(!Dst::isBoxedLayout && !Src::isBoxedLayout,
                  "a view is of a plain tile: use TEXTRACT for a boxed one");
    static_assert(Dst::BFractal == Src::BFractal, "a view keeps the layout");
    static_assert(Dst::isRowMajor ? (Dst::Cols == Src::Cols || Dst::ValidRow == 1)
                                  : (Dst::Rows == Src::Rows || Dst::ValidCol == 1),
                  "a view keeps the distance of rows: give it the columns of the tile and a smaller valid shape");
    dst.data() = src.data() + GetTileOffset<Src>(row, col);
    return {};
}

}  // namespace isa
}  // namespace pto
