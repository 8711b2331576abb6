// The static rules that instruction families share, each with the sentence that says what to do.
#pragma once

#include "../tile/layout.hpp"

namespace pto::detail {

template <typename... Tiles>
constexpr void require_ub() {
    static_assert((is_tile_data_v<Tiles> && ...), "operands of a vector instruction are tiles");
    static_assert(((Tiles::Loc == TileType::Vec) && ...), "operands of a vector instruction are in UB (TileType::Vec)");
}

template <typename... Tiles>
constexpr void require_row_major() {
    require_ub<Tiles...>();
    static_assert(((Tiles::isRowMajor && !Tiles::isBoxedLayout) && ...),
                  "operands are row-major without boxes: TRESHAPE an [M, 1] column-major tile to [1, M]");
}

template <typename Tile, typename... Others>
constexpr void require_same_dtype() {
    static_assert((is_same<typename Tile::DType, typename Others::DType> && ...),
                  "operands have one element type: convert with TCVT first");
}

template <typename A, typename B>
inline constexpr bool rows_may_agree = A::ValidRow == B::ValidRow || A::ValidRow == DYNAMIC || B::ValidRow == DYNAMIC;
template <typename A, typename B>
inline constexpr bool cols_may_agree = A::ValidCol == B::ValidCol || A::ValidCol == DYNAMIC || B::ValidCol == DYNAMIC;

template <typename Tile, typename... Others>
constexpr void require_same_valid_shape() {
    static_assert(((rows_may_agree<Tile, Others> && cols_may_agree<Tile, Others>) && ...),
                  "operands have one valid shape: make the valid rows and columns of their types agree");
}

template <typename T>
constexpr void require_float() {
    static_assert(is_float<T>, "this instruction takes float, half or bfloat16_t: convert with TCVT first");
}

template <typename T>
constexpr void require_integer() {
    static_assert(is_integer<T>, "this instruction takes integers");
}

}  // namespace pto::detail
