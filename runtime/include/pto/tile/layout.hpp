// Where an element of a tile lies, in elements from the tile's address.
//
// UB is byte-exact: the layout named by the tile's type. The other memories are opaque to a program, so their order is
// the library's own and depends on nothing but the shape: rows one after another, so that moves copy them whole.
#pragma once

#include "../lanes/map.hpp"
#include "tile.hpp"

namespace pto {
namespace detail {

template <typename Tile>
inline constexpr bool is_byte_exact = Tile::Loc == TileType::Vec;

template <typename Tile>
PTO_INLINE constexpr int boxed_offset(int row, int col) {
    const int block_row = row / Tile::InnerRows, inner_row = row % Tile::InnerRows;
    const int block_col = col / Tile::InnerCols, inner_col = col % Tile::InnerCols;
    const int block = Tile::isRowMajor ? block_row * Tile::Cols * Tile::InnerRows + block_col * Tile::InnerNumel
                                       : block_col * Tile::Rows * Tile::InnerCols + block_row * Tile::InnerNumel;
    return block + (Tile::isInnerRowMajor ? inner_row * Tile::InnerCols + inner_col
                                          : inner_col * Tile::InnerRows + inner_row);
}

}  // namespace detail

// The offset that the tile's layout names; what a program sees in UB.
template <typename Tile>
PTO_INLINE constexpr int GetTileOffset(int row, int col) {
    if constexpr (Tile::isBoxedLayout)
        return detail::boxed_offset<Tile>(row, col);
    else
        return row * Tile::RowStride + col * Tile::ColStride;
}

namespace detail {

// The offset at which this library keeps the element.
template <typename Tile>
PTO_INLINE constexpr int element_offset(int row, int col) {
    if constexpr (is_byte_exact<Tile>)
        return GetTileOffset<Tile>(row, col);
    else
        return row * Tile::Cols + col;
}

// Columns that lie side by side, counted from a multiple of this number.
template <typename Tile>
constexpr int columns_in_a_run() {
    if constexpr (!is_byte_exact<Tile> || (Tile::isRowMajor && !Tile::isBoxedLayout))
        return Tile::Cols;
    else
        return Tile::isInnerRowMajor ? Tile::InnerCols : 1;
}

// Full tiles without boxes, all elements of which fill whole vectors.
template <typename Dst, typename... Src>
inline constexpr bool are_whole =
    !Dst::isBoxedLayout && Dst::ValidRow == Dst::Rows && Dst::ValidCol == Dst::Cols &&
    ((Src::Cols == Dst::Cols) && ...) &&
    Dst::Numel * sizeof(typename Dst::DType) % vector_bytes == 0 &&
    Dst::Numel % common_lanes<typename Dst::DType, typename Src::DType...>() == 0;

// All columns of a row-major tile, as whole vectors.
template <typename Tile>
inline constexpr bool has_whole_rows = Tile::ValidCol == Tile::Cols &&
                                       Tile::Cols % native_lanes<typename Tile::DType> == 0;

// Rows are equally far apart, if only within a run of columns.
template <typename Tile>
inline constexpr bool has_even_rows = !is_byte_exact<Tile> || !Tile::isBoxedLayout ||
                                      (!Tile::isRowMajor && Tile::isInnerRowMajor);

template <typename Tile>
PTO_INLINE constexpr int row_pitch(int col) {
    return element_offset<Tile>(1, col) - element_offset<Tile>(0, col);
}

template <typename Tile>
PTO_INLINE auto element_address(Tile& tile, int row, int col) {
    return tile.data() + element_offset<Tile>(row, col);
}

template <typename Tile>
PTO_INLINE Extent valid_extent(const Tile& tile) {
    return {static_cast<int>(tile.GetValidRow()), static_cast<int>(tile.GetValidCol())};
}
template <typename Tile>
PTO_INLINE constexpr int valid_rows(const Tile& tile) {
    return static_cast<int>(tile.GetValidRow());
}
template <typename Tile>
PTO_INLINE constexpr int valid_cols(const Tile& tile) {
    return static_cast<int>(tile.GetValidCol());
}

}  // namespace detail
}  // namespace pto
