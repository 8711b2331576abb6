// Products of tiles, checked. The matrix unit touches whole fractals; an element of the result is defined where its row
// of the left operand, its column of the right one, and what it starts from are.
#pragma once

#include "../isa/matmul.hpp"
#include "rules.hpp"

namespace pto::checked {

// The layout that a memory of the matrix unit has.
template <typename Tile>
inline constexpr bool has_own_layout =
    Tile::Loc == TileType::Left    ? Tile::BFractal == left_block_layout && Tile::isInnerRowMajor
    : Tile::Loc == TileType::Right ? is_Zn_layout<Tile>::value
                                   : is_Nz_layout<Tile>::value && Tile::SFractalSize == TileConfig::fractalCSize;

template <typename Tile>
void judge_factor(Call& call, const char* operand, const Tile&) {
    if constexpr (!has_own_layout<Tile>)
        call.finds("layout-refused", {text("operand", operand),
                                      text("rule", "operands of a product are TileLeft, TileRight and TileAcc")});
}

inline void judge_extent(Call& call, const char* operand, int64_t extent) {
    if (extent > 4095) refuse_shape(call, operand, extent, 4095, "M, K and N are between 1 and 4095");
}

struct Product {
    int64_t rows;
    int64_t depth;
    int64_t cols;

    int64_t fractals() const { return (rows + 15) / 16 * ((cols + 15) / 16); }
};

template <typename Out, typename Left, typename Right>
void judge_product(Call& call, const Out& out, const Left& left, const Right& right, Product extent) {
    judge_factor(call, "out", out);
    judge_factor(call, "left", left);
    judge_factor(call, "right", right);
    judge_extent(call, "left", extent.rows);
    judge_extent(call, "left", extent.depth);
    judge_extent(call, "right", extent.cols);
    if (left.GetValidRow() < extent.rows)
        refuse_shape(call, "left", left.GetValidRow(), extent.rows, "the left operand has the result's valid rows");
    agree(call, "right", right.GetValidRow(), extent.depth, "the right operand has the left one's depth");
    agree(call, "right", right.GetValidCol(), extent.cols, "the right operand has the result's valid columns");
    call.reads("left", left, {0, 0, extent.rows, extent.depth});
    call.reads("right", right, {0, 0, extent.depth, extent.cols});
    call.writes("out", out, {0, 0, extent.rows, extent.cols});
}

// The shadow of what is added to, if not zeros.
struct Start {
    Cells cells{};
    bool is_there = false;
};

template <typename Out, typename Left, typename Right>
void define_product(const Out& out, const Left& left, const Right& right, Product extent, const Start& start) {
    const Block block{extent.rows, extent.cols};
    const Cells result = cells_of(out), rows = cells_of(left), cols = cells_of(right);
    const bool is_whole = are_defined(rows, {extent.rows, extent.depth}) && are_defined(cols, {extent.depth, extent.cols});
    if (is_whole && (!start.is_there || are_defined(start.cells, block))) return set_all(result, block, is_defined);
    for (int64_t col = 0; col < extent.cols; ++col) {
        const bool is_col = is_whole || are_defined(cols.from(0, col), {extent.depth, 1});
        for (int64_t row = 0; row < extent.rows; ++row) {
            const bool is_start = !start.is_there || is_element_defined(start.cells.at(row, col), result.size);
            const bool is_row = is_whole || are_defined(rows.from(row, 0), {1, extent.depth});
            set_element(result.at(row, col), result.size, is_start && is_row && is_col);
        }
    }
}

template <typename Out, typename Left, typename Right, typename Work>
RecordEvent multiply(Call& call, Out out, Left left, Right right, Product extent, Work work, Start start = {}) {
    const char* op = call.op();
    const Site site = call.site();
    const bool reads_out = start.is_there && start.cells.row_pitch != 0;
    return call.carries_out([=]() mutable {
        const Window window{0, 0, extent.rows, extent.cols};
        read_layout(op, site, "left", left, {0, 0, extent.rows, extent.depth});
        read_layout(op, site, "right", right, {0, 0, extent.depth, extent.cols});
        if (reads_out) read_layout(op, site, "out", out, window);
        define_product(out, left, right, extent, start);
        undefine_around(out, window);
        write_layout(out, window);
        work(out, left, right);
    });
}

template <typename Out, typename Left>
Product extent_of(const Out& out, const Left& left, bool is_vector) {
    return {is_vector ? 1 : static_cast<int64_t>(out.GetValidRow()), static_cast<int64_t>(left.GetValidCol()),
            static_cast<int64_t>(out.GetValidCol())};
}

template <AccPhase Phase>
void judge_phase(Call& call) {
    if constexpr (Phase != AccPhase::Unspecified) call.finds("not-modelled", {text("rule", "unit flags")});
}

}  // namespace pto::checked
