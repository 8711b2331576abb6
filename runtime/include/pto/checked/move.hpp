// TMOV, TEXTRACT and TINSERT, checked: paths that the chosen architecture has, their pipes, and offsets at whole blocks.
#pragma once

#include "../isa/move.hpp"
#include "rules.hpp"

namespace pto {
namespace checked {

constexpr const machine::Move* find_move(Space from, Space to) {
    for (const machine::Move& move : machine::moves)
        if (move.from == from && move.to == to) return &move;
    return nullptr;
}

template <typename Dst, typename Src>
inline constexpr const machine::Move* move_of = find_move(space_of<Src>, space_of<Dst>);

// Bytes that a bias and a row of scales are multiples of.
template <typename Dst>
inline constexpr int64_t row_block = Dst::Loc == TileType::Bias ? 64 : Dst::Loc == TileType::Scaling ? 128 : 1;

// One piece where elements are evenly spaced on both sides, else each element.
template <typename Dst, typename Src>
void move_defined(const Dst& dst, Window to, const Src& src, Window from) {
    if constexpr (has_even_cells<Dst> && has_even_cells<Src>) {
        map_defined(cells_of(dst, to.row, to.col), {from.rows, from.cols}, {cells_of(src, from.row, from.col)});
    } else {
        for (int64_t row = 0; row < from.rows; ++row)
            for (int64_t col = 0; col < from.cols; ++col)
                map_defined(cells_of(dst, to.row + row, to.col + col), {1, 1},
                            {cells_of(src, from.row + row, from.col + col)});
    }
}

// A window from one tile to another: both have its size.
template <STPhase Phase, typename Dst, typename Src, typename Work>
RecordEvent move(const char* op, Site site, Dst dst, Window to, Src src, Window from, Work work) {
    constexpr const machine::Move* path = move_of<Dst, Src>;
    if constexpr (path == nullptr) {
        Call call(op, site);
        call.refuses("illegal-move", {text("source", space_name(space_of<Src>)), text("target", space_name(space_of<Dst>))});
        return call.carries_out([] {});
    } else {
        Call call(op, site, path->pipe);
        if constexpr (Phase != STPhase::Unspecified) call.finds("not-modelled", {text("rule", "unit flags")});
        if (Dst::Cols * element_bytes<Dst> % row_block<Dst> != 0)
            refuse_shape(call, "dst", Dst::Cols * element_bytes<Dst>, row_block<Dst>,
                         "a bias is a multiple of 64 bytes, a row of scales of 128");
        if (from.row + from.rows > Src::Rows || from.col + from.cols > Src::Cols)
            refuse_shape(call, "src", from.col + from.cols, Src::Cols, "the window lies within the source");
        if (to.row + to.rows > Dst::Rows || to.col + to.cols > Dst::Cols)
            refuse_shape(call, "dst", to.col + to.cols, Dst::Cols, "the window lies within the destination");
        call.reads("src", src, from);
        if (from.row == to.row && from.col == to.col) may_take_over(call, dst, src);
        call.writes("dst", dst, to);
        if (Dst::Loc == TileType::Vec && Src::Loc == TileType::Vec && op[1] == 'E') call.with_hidden_flags();
        return call.carries_out([=]() mutable {
            read_layout(op, site, "src", src, from);
            move_defined(dst, to, src, from);
            undefine_around(dst, to);
            write_layout(dst, to);
            work(dst, src);
        });
    }
}

// Offsets into a tile: whole fractals, or whole blocks of 32 bytes of a row in UB.
template <typename Tile>
void align_offset(const char* op, Site site, const char* operand, const Tile&, int64_t row, int64_t col) {
    constexpr int64_t rows = Tile::isBoxedLayout ? Tile::InnerRows : 1;
    constexpr int64_t cols = Tile::isBoxedLayout ? Tile::InnerCols : 32 / element_bytes<Tile>;
    if (row % rows == 0 && col % cols == 0) return;
    const Field fields[] = {text("op", op), text("operand", operand), number("row", row), number("column", col),
                            text("rule", "an offset is at a whole fractal (16 rows, 32 bytes), or a block of 32 bytes in UB")};
    report("shape-refused", site, fields, 5);
}

template <ReluPreMode Relu, typename Dst, typename Src>
RecordEvent extract(Dst& dst, Src& src, int64_t row, int64_t col, Site site) {
    align_offset("TEXTRACT", site, "src", src, row, col);
    const Window to = valid_window(dst);
    return move<STPhase::Unspecified>("TEXTRACT", site, dst, to, src, {row, col, to.rows, to.cols},
                                      [row, col](auto& d, auto& s) {
                                          isa::TEXTRACT<Dst, Src, Relu>(d, s, static_cast<uint16_t>(row),
                                                                        static_cast<uint16_t>(col));
                                      });
}

template <ReluPreMode Relu, typename Dst, typename Src>
RecordEvent insert(Dst& dst, Src& src, int64_t row, int64_t col, Site site) {
    align_offset("TINSERT", site, "dst", dst, row, col);
    const Window from = valid_window(src);
    return move<STPhase::Unspecified>("TINSERT", site, dst, {row, col, from.rows, from.cols}, src, from,
                                      [row, col](auto& d, auto& s) {
                                          isa::TINSERT<Dst, Src, Relu>(d, s, static_cast<uint16_t>(row),
                                                                       static_cast<uint16_t>(col));
                                      });
}

template <STPhase Phase, ReluPreMode Relu, typename Dst, typename Src>
RecordEvent move_whole(Dst& dst, Src& src, Site site) {
    const Window window = valid_window(dst);
    return move<Phase>("TMOV", site, dst, window, src, window,
                       [](auto& d, auto& s) { isa::TMOV<Dst, Src, Relu>(d, s); });
}

}  // namespace checked

template <typename Dst, typename Src>
RecordEvent TMOV(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::move_whole<STPhase::Unspecified, ReluPreMode::NoRelu>(dst, src, site);
}

template <typename Dst, typename Src, ReluPreMode Relu>
RecordEvent TMOV(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::move_whole<STPhase::Unspecified, Relu>(dst, src, site);
}

template <STPhase Phase, typename Dst, typename Src>
RecordEvent TMOV(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::move_whole<Phase, ReluPreMode::NoRelu>(dst, src, site);
}

template <STPhase Phase, typename Dst, typename Src, ReluPreMode Relu>
RecordEvent TMOV(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::move_whole<Phase, Relu>(dst, src, site);
}

template <typename Dst, typename Src>
RecordEvent TEXTRACT(Dst& dst, Src& src, uint16_t row = 0, uint16_t col = 0, checked::Site site = {}) {
    return checked::extract<ReluPreMode::NoRelu>(dst, src, row, col, site);
}

template <typename Dst, typename Src, ReluPreMode Relu>
RecordEvent TEXTRACT(Dst& dst, Src& src, uint16_t row, uint16_t col, checked::Site site = {}) {
    return checked::extract<Relu>(dst, src, row, col, site);
}

template <typename Dst, typename Src>
RecordEvent TINSERT(Dst& dst, Src& src, uint16_t row, uint16_t col, checked::Site site = {}) {
    return checked::insert<ReluPreMode::NoRelu>(dst, src, row, col, site);
}

template <typename Dst, typename Src, ReluPreMode Relu>
RecordEvent TINSERT(Dst& dst, Src& src, uint16_t row, uint16_t col, checked::Site site = {}) {
    return checked::insert<Relu>(dst, src, row, col, site);
}

}  // namespace pto
