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

// A column of scalars by its type: one column, or one block of 32 bytes beside a wider result.
template <typename Tile, typename Dst>
constexpr bool is_row_scalars() {
    if (Tile::Cols == 1 || Tile::ValidCol == 1) return Dst::ValidCol != 1;
    return Tile::ValidCol != DYNAMIC && Tile::ValidCol * sizeof(typename Tile::DType) == 32 &&
           Tile::ValidCol != Dst::ValidCol;
}

template <typename Tile>
PTO_INLINE auto row_scalar(const Tile& tile, int row) {
    return static_cast<compute_t<typename Tile::DType>>(*element_address(tile, row, 0));
}

// scalars[row] op src[row, col], or the other way round.
template <bool ScalarsFirst, typename Operation, typename Dst, typename Src, typename Scalars>
PTO_INLINE void map_rows_with_scalars(Dst& dst, const Src& src, const Scalars& scalars) {
    using Compute = compute_t<typename Src::DType>;
    require_row_major<Dst, Src>();
    require_same_valid_shape<Dst, Src>();
    static_assert(!Scalars::isBoxedLayout && (Scalars::isRowMajor || Scalars::Cols == 1),
                  "the scalars of rows are an [M, 1] column-major tile, or row-major with 32 bytes a row");
    static_assert(rows_may_agree<Dst, Scalars>, "there is a scalar for each valid row");
    using Bound = conditional_t<ScalarsFirst, WithLeft<Operation, Compute>, WithRight<Operation, Compute>>;
    const int rows = valid_rows(dst), cols = valid_cols(dst);
    for (int row = 0; row < rows; ++row)
        map_run(Bound{row_scalar(scalars, row)}, cols, element_address(dst, row, 0), element_address(src, row, 0));
}

template <typename Operation, typename Dst, typename Src0, typename Src1>
PTO_INLINE RecordEvent expand_rows(Dst& dst, const Src0& src0, const Src1& src1) {
    require_ub<Dst, Src0, Src1>();
    require_same_dtype<Dst, Src0, Src1>();
    if constexpr (is_row_scalars<Src0, Dst>() && !is_row_scalars<Src1, Dst>())
        map_rows_with_scalars<true, Operation>(dst, src1, src0);
    else
        map_rows_with_scalars<false, Operation>(dst, src0, src1);
    return {};
}

template <typename Operation, typename Dst, typename Src0, typename Src1>
PTO_INLINE RecordEvent expand_columns(Dst& dst, const Src0& src0, const Src1& src1) {
    require_row_major<Dst, Src0, Src1>();
    require_same_dtype<Dst, Src0, Src1>();
    require_same_valid_shape<Dst, Src0>();
    static_assert(cols_may_agree<Dst, Src1>, "the row has a value for each valid column");
    const int rows = valid_rows(dst), cols = valid_cols(dst);
    for (int row = 0; row < rows; ++row)
        map_run(Operation{}, cols, element_address(dst, row, 0), element_address(src0, row, 0), src1.data());
    return {};
}

}  // namespace detail

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TROWEXPAND(Dst& dst, Src& src, Events&...) {
    detail::require_row_major<Dst>();
    detail::require_ub<Src>();
    detail::require_same_dtype<Dst, Src>();
    static_assert(detail::rows_may_agree<Dst, Src>, "there is a scalar for each valid row");
    for (int row = 0; row < detail::valid_rows(dst); ++row)
        detail::fill_run(detail::element_address(dst, row, 0), detail::valid_cols(dst),
                         *detail::element_address(src, row, 0));
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
    detail::require_float<typename Dst::DType>();
    return detail::expand_rows<detail::ExponentialOfDifference>(dst, src0, src1);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TCOLEXPAND(Dst& dst, Src& src, Events&...) {
    detail::require_row_major<Dst, Src>();
    detail::require_same_dtype<Dst, Src>();
    static_assert(detail::cols_may_agree<Dst, Src>, "the row has a value for each valid column");
    const size_t bytes = detail::valid_cols(dst) * sizeof(typename Dst::DType);
    for (int row = 0; row < detail::valid_rows(dst); ++row)
        __builtin_memmove(detail::element_address(dst, row, 0), src.data(), bytes);
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
    detail::require_float<typename Dst::DType>();
    return detail::expand_columns<detail::ExponentialOfDifference>(dst, src0, src1);
}

}  // namespace pto
