// Broadcasts: TROWEXPAND repeats a scalar per row along the row, TCOLEXPAND a row down the columns, alone or as one
// operand of an arithmetic operation. EXPDIF is exp(a - b), the difference rounded to float first.
//
// The scalars of rows are an [M, 1] column-major tile, or a row-major one whose rows hold the scalar over 32 bytes;
// column 0 is read. Either operand may be the scalars. The fourth operand is scratch for the hardware; it is not
// touched.
#pragma once

#include "../lanes/math.hpp"
#include "elementwise.hpp"
#include "fill.hpp"

namespace pto {
namespace detail {

struct ExponentialOfDifference {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        return Exponential{}(a - b);
    }
};

// The valid columns of a tile as far as its type tells.
template <typename Tile>
inline constexpr int width_of = Tile::ValidCol == DYNAMIC ? Tile::Cols : Tile::ValidCol;

// A column of scalars by its type: one column, or one block of 32 bytes beside a wider result.
template <typename Tile, typename Dst>
constexpr bool is_row_scalars() {
    if (Tile::Cols == 1 || Tile::ValidCol == 1) return Dst::ValidCol != 1;
    return width_of<Tile> * sizeof(typename Tile::DType) == 32 && width_of<Tile> != width_of<Dst>;
}

// A row of the source and its scalar at a time.
template <typename Bound, typename T>
PTO_BODY void map_with_scalars(Extent extent, Rows<T> dst, Rows<const T> src, Rows<const T> scalars) {
    for (int row = 0; row < extent.rows; ++row) {
        const Bound operation{static_cast<compute_t<T>>(scalars.first[row * scalars.pitch])};
        map_run(operation, extent.cols, dst.first + row * dst.pitch, src.first + row * src.pitch);
    }
}

template <typename Bound, typename T>
PTO_INLINE void map_whole_with_scalars(Extent extent, T* dst, Rows<const T> src, Rows<const T> scalars) {
    for (int row = 0; row < extent.rows; ++row) {
        const Bound operation{static_cast<compute_t<T>>(scalars.first[row * scalars.pitch])};
        map_whole(operation, extent.cols, dst + row * extent.cols, src.first + row * src.pitch);
    }
}

// scalars[row] op src[row, col], or the other way round.
template <bool ScalarsFirst, typename Operation, typename Dst, typename Src, typename Scalars>
PTO_INLINE void map_rows_with_scalars(Dst& dst, const Src& src, const Scalars& scalars) {
    using T = typename Src::DType;
    static_assert(require_row_major<Dst, Src>());
    static_assert(require_same_valid_shape<Dst, Src>());
    static_assert(!Scalars::isBoxedLayout && (Scalars::isRowMajor || Scalars::Cols == 1),
                  "the scalars of rows are an [M, 1] column-major tile, or row-major with 32 bytes a row");
    static_assert(rows_may_agree<Dst, Scalars>, "there is a scalar for each valid row");
    using Bound = conditional_t<ScalarsFirst, WithLeft<Operation, compute_t<T>>, WithRight<Operation, compute_t<T>>>;
    if constexpr (has_whole_rows<Dst>)
        map_whole_with_scalars<Bound>({valid_rows(dst), Dst::Cols}, dst.data(), Rows<const T>{src.data(), Src::Cols},
                                      Rows<const T>{scalars.data(), Scalars::RowStride});
    else
        map_with_scalars<Bound>(valid_extent(dst), Rows<T>{dst.data(), Dst::Cols}, Rows<const T>{src.data(), Src::Cols},
                                Rows<const T>{scalars.data(), Scalars::RowStride});
}

template <typename Operation, typename Dst, typename Src0, typename Src1>
PTO_INLINE RecordEvent expand_rows(Dst& dst, const Src0& src0, const Src1& src1) {
    static_assert(require_ub<Dst, Src0, Src1>());
    static_assert(require_same_dtype<Dst, Src0, Src1>());
    if constexpr (is_row_scalars<Src0, Dst>() && !is_row_scalars<Src1, Dst>())
        map_rows_with_scalars<true, Operation>(dst, src1, src0);
    else
        map_rows_with_scalars<false, Operation>(dst, src0, src1);
    return {};
}

template <typename Operation, typename Dst, typename Src0, typename Src1>
PTO_INLINE RecordEvent expand_columns(Dst& dst, const Src0& src0, const Src1& src1) {
    static_assert(require_row_major<Dst, Src0, Src1>());
    static_assert(require_same_dtype<Dst, Src0, Src1>());
    static_assert(require_same_valid_shape<Dst, Src0>());
    static_assert(cols_may_agree<Dst, Src1>, "the row has a value for each valid column");
    using T = typename Dst::DType;
    map_body(Operation{}, valid_extent(dst), Rows<T>{dst.data(), Dst::Cols}, Rows<const T>{src0.data(), Src0::Cols},
             Rows<const T>{src1.data(), 0});
    return {};
}

}  // namespace detail

PTO_ISA {

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TROWEXPAND(Dst& dst, Src& src, Events&...) {
    static_assert(detail::require_row_major<Dst>());
    static_assert(detail::require_ub<Src>());
    static_assert(detail::require_same_dtype<Dst, Src>());
    static_assert(detail::rows_may_agree<Dst, Src>, "there is a scalar for each valid row");
    detail::fill_rows(dst.data(), Dst::Cols, detail::valid_extent(dst), src.data(), Src::RowStride);
    return {};
}

template <typename Dst, typename Src0, typename Src1, typename... Rest>
PTO_INST RecordEvent TROWEXPANDADD(Dst& dst, Src0& src0, Src1& src1, Rest&...) {
    return detail::expand_rows<detail::Add>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Rest>
PTO_INST RecordEvent TROWEXPANDSUB(Dst& dst, Src0& src0, Src1& src1, Rest&...) {
    return detail::expand_rows<detail::Subtract>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Rest>
PTO_INST RecordEvent TROWEXPANDMUL(Dst& dst, Src0& src0, Src1& src1, Rest&...) {
    return detail::expand_rows<detail::Multiply>(dst, src0, src1);
}

template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src0, typename Src1, typename... Rest>
PTO_INST RecordEvent TROWEXPANDDIV(Dst& dst, Src0& src0, Src1& src1, Rest&...) {
    return detail::expand_rows<detail::Divide>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Rest>
PTO_INST RecordEvent TROWEXPANDMAX(Dst& dst, Src0& src0, Src1& src1, Rest&...) {
    return detail::expand_rows<detail::Maximum>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Rest>
PTO_INST RecordEvent TROWEXPANDMIN(Dst& dst, Src0& src0, Src1& src1, Rest&...) {
    return detail::expand_rows<detail::Minimum>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Rest>
PTO_INST RecordEvent TROWEXPANDEXPDIF(Dst& dst, Src0& src0, Src1& src1, Rest&...) {
    static_assert(detail::require_float<typename Dst::DType>());
    return detail::expand_rows<detail::ExponentialOfDifference>(dst, src0, src1);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TCOLEXPAND(Dst& dst, Src& src, Events&...) {
    static_assert(detail::require_row_major<Dst, Src>());
    static_assert(detail::require_same_dtype<Dst, Src>());
    static_assert(detail::cols_may_agree<Dst, Src>, "the row has a value for each valid column");
    detail::copy_rows(dst.data(), Dst::Cols, src.data(), 0, detail::valid_extent(dst));
    return {};
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TCOLEXPANDADD(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::expand_columns<detail::Add>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TCOLEXPANDSUB(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::expand_columns<detail::Subtract>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TCOLEXPANDMUL(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::expand_columns<detail::Multiply>(dst, src0, src1);
}

template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TCOLEXPANDDIV(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::expand_columns<detail::Divide>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TCOLEXPANDMAX(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::expand_columns<detail::Maximum>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TCOLEXPANDMIN(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::expand_columns<detail::Minimum>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TCOLEXPANDEXPDIF(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    static_assert(detail::require_float<typename Dst::DType>());
    return detail::expand_columns<detail::ExponentialOfDifference>(dst, src0, src1);
}

}  // namespace isa
}  // namespace pto
