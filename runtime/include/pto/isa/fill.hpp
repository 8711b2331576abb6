// Tiles made from little: TEXPANDS from a scalar, TCI from a start (0, 1, 2, ... added or taken away), TFILLPAD from a
// tile and a pad value around it.
//
// TFILLPAD writes the destination's valid shape: the source's valid elements, and the pad value of the destination's
// type everywhere else. Shapes are equal (TFILLPAD, _INPLACE) or the destination's is larger (_EXPAND).
#pragma once

#include "../lanes/map.hpp"
#include "move.hpp"

namespace pto {
namespace detail {

// Each row repeats its scalar.
template <typename T>
PTO_BODY void fill_rows(T* to, int64_t pitch, Extent extent, const T* scalars, int64_t scalars_pitch) {
    using Bits = unsigned_t<sizeof(T)>;
    constexpr int lanes = vector_bytes / static_cast<int>(sizeof(T));
    auto* bits = reinterpret_cast<Bits*>(to);
    for (int row = 0; row < extent.rows; ++row, bits += pitch, scalars += scalars_pitch) {
        const auto repeated = splat<Vector<Bits, lanes>>(bits_as<Bits>(*scalars));
        for (int col = 0; col < extent.cols; col += lanes)
            store_first<Bits, lanes>(bits + col, repeated, least(lanes, extent.cols - col));
    }
}

template <typename T>
PTO_INLINE void fill_whole(T* to, int count, T value) {
    using Bits = unsigned_t<sizeof(T)>;
    const auto repeated = splat<Vector<Bits, vector_bytes / static_cast<int>(sizeof(T))>>(bits_as<Bits>(value));
    for (int i = 0; i < count; i += vector_bytes / static_cast<int>(sizeof(T))) store(to + i, repeated);
}

struct Window {
    int row;
    int col;
    int rows;
    int cols;
};

template <typename Tile>
PTO_INLINE void fill_window(Tile& tile, Window window, typename Tile::DType value) {
    if constexpr (columns_in_a_run<Tile>() == Tile::Cols) {
        fill_rows(element_address(tile, window.row, window.col), Tile::Cols, {window.rows, window.cols}, &value, 0);
    } else {
        for (int row = window.row; row < window.row + window.rows; ++row)
            for (int col = window.col; col < window.col + window.cols; ++col) *element_address(tile, row, col) = value;
    }
}

template <PadValue Pad, typename Dst, typename Src>
PTO_INLINE RecordEvent fill_around(Dst& dst, const Src& src) {
    using T = typename Dst::DType;
    static_assert(Dst::Loc == Src::Loc && (Dst::Loc == TileType::Vec || Dst::Loc == TileType::Mat),
                  "TFILLPAD is of two tiles in UB, or two in L1");
    static_assert(Pad != PadValue::Null, "the destination's type names the pad value: Zero, Max, Min or a custom one");
    static_assert(require_same_dtype<Dst, Src>());
    const int rows = valid_rows(dst), cols = valid_cols(dst);
    const int copied_rows = least(rows, valid_rows(src)), copied_cols = least(cols, valid_cols(src));
    const T pad = pad_element<T, Pad>();
    if (static_cast<const void*>(dst.data()) != static_cast<const void*>(src.data()))
        move_window(dst, {0, 0}, src, {0, 0}, {copied_rows, copied_cols});
    if (copied_cols < cols) fill_window(dst, {0, copied_cols, copied_rows, cols - copied_cols}, pad);
    if (copied_rows < rows) fill_window(dst, {copied_rows, 0, rows - copied_rows, cols}, pad);
    return {};
}

template <typename Dst, typename Src>
inline constexpr bool has_same_shape = Dst::Rows == Src::Rows && Dst::Cols == Src::Cols;

// start, start + step, start + 2 step, ...; each computed in T, wrapping.
template <typename T>
PTO_INLINE void count_run(T* to, int count, T start, bool descending) {
    for (int i = 0; i < count; ++i) to[i] = static_cast<T>(static_cast<uint32_t>(start) + (descending ? -1u : 1u) * i);
}

}  // namespace detail

PTO_ISA {

template <typename Dst, typename... Events>
PTO_INST RecordEvent TEXPANDS(Dst& dst, typename Dst::DType scalar, Events&...) {
    static_assert(Dst::Loc == TileType::Vec || Dst::Loc == TileType::Mat, "TEXPANDS fills tiles in UB or L1");
    if constexpr (detail::are_whole<Dst>)
        detail::fill_whole(dst.data(), Dst::Numel, scalar);
    else
        detail::fill_window(dst, {0, 0, detail::valid_rows(dst), detail::valid_cols(dst)}, scalar);
    return {};
}

template <typename Tile, typename T, int Descending, typename... Events>
PTO_INST RecordEvent TCI(Tile& dst, T start, Events&...) {
    static_assert(detail::is_same<typename Tile::DType, T>, "TCI's start has the tile's element type");
    static_assert(detail::is_integer<T> && (sizeof(T) == 2 || sizeof(T) == 4), "TCI counts in 16 or 32 bits");
    static_assert(Tile::Rows == 1, "TCI fills a tile of one row: TRESHAPE it afterwards");
    static_assert(detail::require_ub<Tile>());
    detail::count_run(dst.data(), detail::valid_cols(dst), start, Descending != 0);
    return {};
}

// The second tile is scratch for the hardware; it is not touched.
template <typename Tile, typename Tmp, typename T, int Descending, typename... Events>
PTO_INST RecordEvent TCI(Tile& dst, T start, Tmp&, Events&...) {
    return isa::TCI<Tile, T, Descending>(dst, start);
}

template <typename Tile, PadValue Pad = PadValue::Zero,
          detail::enable_if_t<(Tile::Loc == TileType::Mat), int> = 0, typename... Events>
PTO_INST RecordEvent TFILLPAD(Tile& dst, Tile& src, Events&...) {
    static_assert(Pad == PadValue::Zero, "L1 is padded with zero");
    return detail::fill_around<Pad>(dst, src);
}

template <TFillPadMode Mode = TFillPadMode::Normal, typename Dst, typename Src,
          detail::enable_if_t<(Dst::Loc == TileType::Vec), int> = 0, typename... Events>
PTO_INST RecordEvent TFILLPAD(Dst& dst, Src& src, Events&...) {
    static_assert(Mode == TFillPadMode::Expand ? (Dst::Rows >= Src::Rows && Dst::Cols >= Src::Cols)
                                               : detail::has_same_shape<Dst, Src>,
                  "TFILLPAD keeps the physical shape; TFILLPAD_EXPAND goes into a larger one");
    return detail::fill_around<Dst::PadVal>(dst, src);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TFILLPAD_INPLACE(Dst& dst, Src& src, Events&...) {
    return isa::TFILLPAD<TFillPadMode::InPlace>(dst, src);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TFILLPAD_EXPAND(Dst& dst, Src& src, Events&...) {
    return isa::TFILLPAD<TFillPadMode::Expand>(dst, src);
}

}  // namespace isa
}  // namespace pto
