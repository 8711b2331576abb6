// The static rules that instruction families share, each with the sentence that says what to do. They are asserted
// (static_assert(require_ub<Dst, Src>())), so that nothing of them is compiled.
#pragma once

#include "../tile/layout.hpp"

namespace pto::detail {

template <typename... Tiles>
constexpr bool require_ub() {
    static_assert((is_tile_data_v<Tiles> && ...), "operands of a vector instruction are tiles");
    static_assert(((Tiles::Loc == TileType::Vec) && ...), "operands of a vector instruction are in UB (TileType::Vec)");
    return true;
}

template <typename... Tiles>
constexpr bool require_row_major() {
    static_assert(require_ub<Tiles...>());
    static_assert(((Tiles::isRowMajor && !Tiles::isBoxedLayout) && ...),
                  "operands are row-major without boxes: TRESHAPE an [M, 1] column-major tile to [1, M]");
    return true;
}

template <typename Tile, typename... Others>
constexpr bool require_same_dtype() {
    static_assert((is_same<typename Tile::DType, typename Others::DType> && ...),
                  "operands have one element type: convert with TCVT first");
    return true;
}

template <typename A, typename B>
inline constexpr bool rows_may_agree = A::ValidRow == B::ValidRow || A::ValidRow == DYNAMIC || B::ValidRow == DYNAMIC;
template <typename A, typename B>
inline constexpr bool cols_may_agree = A::ValidCol == B::ValidCol || A::ValidCol == DYNAMIC || B::ValidCol == DYNAMIC;

template <typename Tile, typename... Others>
constexpr bool require_same_valid_shape() {
    static_assert(((rows_may_agree<Tile, Others> && cols_may_agree<Tile, Others>) && ...),
                  "operands have one valid shape: make the valid rows and columns of their types agree");
    return true;
}

template <typename T>
constexpr bool require_float() {
    static_assert(is_float<T>, "this instruction takes float, half or bfloat16_t: convert with TCVT first");
    return true;
}

template <typename T>
constexpr bool require_integer() {
    static_assert(is_integer<T>, "this instruction takes integers");
    return true;
}

}  // namespace pto::detail
