// Moves between on-chip memories: TMOV of a whole tile, TEXTRACT of a window of a larger tile, TINSERT into one.
//
// An accumulator is converted as TSTORE converts it. A2/A3 has no path between the cube's memories and UB; A5 has.
#pragma once

#include "../lanes/map.hpp"
#include "rules.hpp"
#include "store.hpp"

namespace pto {
namespace detail {

constexpr bool is_path(TileType from, TileType to) {
#if defined(PTODSL_ARCH_A5)
    if ((from == TileType::Acc && to == TileType::Vec) || (from == TileType::Vec && to == TileType::Mat)) return true;
#endif
    switch (from) {
        case TileType::Mat:
            return to == TileType::Left || to == TileType::Right || to == TileType::Bias || to == TileType::Scaling;
        case TileType::Acc: return to == TileType::Mat;
        default: return from == TileType::Vec && to == TileType::Vec;
    }
}

template <typename Dst, typename Src, ReluPreMode Relu>
constexpr bool check_move() {
    using From = typename Src::DType;
    using To = typename Dst::DType;
    static_assert(is_tile_data_v<Dst> && is_tile_data_v<Src>, "moves are between tiles");
    static_assert(is_path(Src::Loc, Dst::Loc),
                  "there is no such path on chip: L1 feeds L0A, L0B, Bias and Scaling, L0C feeds L1, UB feeds UB (on "
                  "A5 also L0C to UB and UB to L1); else go through global memory");
    static_assert(is_same<From, To> || (Src::Loc == TileType::Acc && is_same<From, float> && is_float<To>) ||
                      (Dst::Loc == TileType::Bias && is_same<From, half> && is_same<To, float>),
                  "a move keeps the element type; only float leaving L0C becomes half or bfloat16_t, and half becomes "
                  "float in Bias");
    static_assert(Relu == ReluPreMode::NoRelu || Src::Loc == TileType::Acc, "relu in a move is for accumulators");
    return true;
}

struct Position {
    int row;
    int col;
};

template <ReluPreMode Relu, typename To, typename From>
PTO_INLINE void move_rows(Rows<To> to, Rows<const From> from, Extent extent) {
    if constexpr (Relu == ReluPreMode::NoRelu && is_same<To, From>)
        copy_rows(to.first, to.pitch, from.first, from.pitch, extent);
    else
        map_body(before_store_t<Relu>{}, extent, to, from);
}

// As many columns at a time as lie side by side on both sides. Where rows are not evenly far apart, because a block of
// boxes ends between them, they move one by one.
template <ReluPreMode Relu, typename Dst, typename Src>
PTO_INLINE void move_runs(Dst& dst, Position to, const Src& src, Position from, Extent extent) {
    constexpr int run = least(columns_in_a_run<Dst>(), columns_in_a_run<Src>());
    const int at_once = has_even_rows<Dst> && has_even_rows<Src> ? extent.rows : 1;
    for (int row = 0; row < extent.rows; row += at_once)
        for (int col = 0; col < extent.cols; col += run) {
            auto* to_run = element_address(dst, to.row + row, to.col + col);
            const auto* from_run = element_address(src, from.row + row, from.col + col);
            move_rows<Relu>(Rows<typename Dst::DType>{to_run, row_pitch<Dst>(to.col + col)},
                            Rows<const typename Src::DType>{from_run, row_pitch<Src>(from.col + col)},
                            {at_once, least(run, extent.cols - col)});
        }
}

template <ReluPreMode Relu = ReluPreMode::NoRelu, typename Dst, typename Src>
PTO_INLINE void move_window(Dst& dst, Position to, const Src& src, Position from, Extent extent) {
    if constexpr (columns_in_a_run<Dst>() == Dst::Cols && columns_in_a_run<Src>() == Src::Cols)
        move_rows<Relu>(Rows<typename Dst::DType>{dst.data() + to.row * Dst::Cols + to.col, Dst::Cols},
                        Rows<const typename Src::DType>{src.data() + from.row * Src::Cols + from.col, Src::Cols},
                        extent);
    else
        move_runs<Relu>(dst, to, src, from, extent);
}

template <ReluPreMode Relu = ReluPreMode::NoRelu, typename Dst, typename Src>
PTO_INLINE RecordEvent move_tile(Dst& dst, const Src& src) {
    static_assert(check_move<Dst, Src, Relu>());
    static_assert(Dst::Rows == Src::Rows && Dst::Cols == Src::Cols,
                  "TMOV keeps the shape: take a window with TEXTRACT, or place one with TINSERT");
    move_window<Relu>(dst, {0, 0}, src, {0, 0}, valid_extent(dst));
    return {};
}

template <ReluPreMode Relu = ReluPreMode::NoRelu, typename Dst, typename Src>
PTO_INLINE RecordEvent extract_tile(Dst& dst, const Src& src, Position from) {
    static_assert(check_move<Dst, Src, Relu>());
    static_assert(Dst::Rows <= Src::Rows && Dst::Cols <= Src::Cols, "TEXTRACT takes a window of a larger tile");
    move_window<Relu>(dst, {0, 0}, src, from, valid_extent(dst));
    return {};
}

template <ReluPreMode Relu = ReluPreMode::NoRelu, typename Dst, typename Src>
PTO_INLINE RecordEvent insert_tile(Dst& dst, const Src& src, Position to) {
    static_assert(check_move<Dst, Src, Relu>());
    static_assert(Src::Rows <= Dst::Rows && Src::Cols <= Dst::Cols, "TINSERT places a tile in a larger one");
    move_window<Relu>(dst, to, src, {0, 0}, valid_extent(src));
    return {};
}

}  // namespace detail

PTO_ISA {

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TMOV(Dst& dst, Src& src, Events&...) {
    return detail::move_tile(dst, src);
}

template <typename Dst, typename Src, ReluPreMode Relu, typename... Events>
PTO_INST RecordEvent TMOV(Dst& dst, Src& src, Events&...) {
    return detail::move_tile<Relu>(dst, src);
}

template <STPhase Phase, typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TMOV(Dst& dst, Src& src, Events&...) {
    return detail::move_tile(dst, src);
}

template <STPhase Phase, typename Dst, typename Src, ReluPreMode Relu, typename... Events>
PTO_INST RecordEvent TMOV(Dst& dst, Src& src, Events&...) {
    return detail::move_tile<Relu>(dst, src);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TEXTRACT(Dst& dst, Src& src, uint16_t row = 0, uint16_t col = 0, Events&...) {
    return detail::extract_tile(dst, src, {row, col});
}

template <typename Dst, typename Src, ReluPreMode Relu, typename... Events>
PTO_INST RecordEvent TEXTRACT(Dst& dst, Src& src, uint16_t row, uint16_t col, Events&...) {
    return detail::extract_tile<Relu>(dst, src, {row, col});
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TINSERT(Dst& dst, Src& src, uint16_t row, uint16_t col, Events&...) {
    return detail::insert_tile(dst, src, {row, col});
}

template <typename Dst, typename Src, ReluPreMode Relu, typename... Events>
PTO_INST RecordEvent TINSERT(Dst& dst, Src& src, uint16_t row, uint16_t col, Events&...) {
    return detail::insert_tile<Relu>(dst, src, {row, col});
}

}  // namespace isa
}  // namespace pto
