// Products of tiles. The matrix unit touches whole fractals; an element of the result is defined where its row of the
// left operand, its column of the right one, and what it starts from are.
#pragma once

#include <pto/checked/matmul.hpp>

#include "layouts.hpp"
#include "rules.hpp"

namespace pto::checked {

// Whether a tile has the layout of its memory: TileLeft, TileRight, TileAcc.
inline bool has_own_layout(const Form& form) {
    if (!form.is_boxed) return false;
    if (form.space == Space::L0B) return form.is_row_major && !form.has_row_major_boxes;
    const bool by_rows = form.space == Space::L0A && left_block_layout == BLayout::RowMajor;
    return form.is_row_major == by_rows && form.has_row_major_boxes &&
           form.has_wide_boxes == (form.space == Space::L0C);
}

inline void take_factor(Call& call, const char* operand, const Operand& tile) {
    if (has_own_layout(*tile.form)) return;
    call.finds("layout-refused",
               {text("operand", operand), text("rule", "operands of a product are TileLeft, TileRight and TileAcc")});
}

inline void limit_extent(Call& call, const char* operand, int64_t extent) {
    if (extent > 4095) refuse_shape(call, operand, extent, 4095, "M, K and N are between 1 and 4095");
}

inline void judge_start(Call& call, const Operand& out, const Operand& start, Product extent) {
    if (start->space == Space::Bias) {
        if (start.cols < extent.cols)
            refuse_shape(call, "bias", start.cols, extent.cols, "a bias has a value for each valid column");
        return call.reads("bias", start, {0, 0, 1, extent.cols});
    }
    if (start.data != out.data)
        call.finds("operands-overlap", {text("operand", "in"), text("other_operand", "out"),
                                        text("rule", "an accumulator is added to in its own bytes")});
    call.reads("in", start, {0, 0, extent.rows, extent.cols});
    if (start.data == out.data) call.shares_bytes();
    call.accumulates((extent.rows + 15) / 16 * ((extent.cols + 15) / 16));
}

void judge_product(Call& call, const Operand& out, const Operand& left, const Operand& right, Product extent,
                   const Operand* start) {
    take_factor(call, "out", out);
    take_factor(call, "left", left);
    take_factor(call, "right", right);
    limit_extent(call, "left", extent.rows);
    limit_extent(call, "left", extent.depth);
    limit_extent(call, "right", extent.cols);
    if (left.rows < extent.rows)
        refuse_shape(call, "left", left.rows, extent.rows, "the left operand has the result's valid rows");
    agree(call, "right", right.rows, extent.depth, "the right operand has the left one's depth");
    // The right operand says how many columns are computed, as TMatmul.hpp of the official headers has it.
    if (right.cols < extent.cols)
        refuse_shape(call, "right", right.cols, extent.cols, "the right operand has the result's valid columns");
    call.reads("left", left, {0, 0, extent.rows, extent.depth});
    call.reads("right", right, {0, 0, extent.depth, right.cols});
    if (start) judge_start(call, out, *start, extent);
    call.writes("out", out, {0, 0, extent.rows, right.cols});
}

inline Cells cells_of_start(const Operand& start) {
    Cells cells = cells_of(start);
    if (start->space == Space::Bias) cells.row_pitch = 0;
    return cells;
}

inline void product_defined(const Cells& out, const Cells& left, const Cells& right, Product extent,
                            const Cells* start) {
    const Block block{extent.rows, extent.cols};
    const bool is_whole =
        are_defined(left, {extent.rows, extent.depth}) && are_defined(right, {extent.depth, extent.cols});
    if (is_whole && (!start || are_defined(*start, block))) return set_all(out, block, is_defined);
    for (int64_t col = 0; col < extent.cols; ++col) {
        const bool is_col = is_whole || are_defined(right.from(0, col), {extent.depth, 1});
        for (int64_t row = 0; row < extent.rows; ++row) {
            const bool is_start = !start || is_element_defined(start->at(row, col), start->size);
            const bool is_row = is_whole || are_defined(left.from(row, 0), {1, extent.depth});
            set_element(out.at(row, col), out.size, is_start && is_row && is_col);
        }
    }
}

void define_product(const char* op, Site site, const Operand& out, const Operand& left, const Operand& right,
                    Product extent, const Operand* start) {
    const Window window{0, 0, extent.rows, extent.cols};
    const Cells from = start ? cells_of_start(*start) : Cells{};
    read_layout(op, site, "left", left, {0, 0, extent.rows, extent.depth});
    read_layout(op, site, "right", right, {0, 0, extent.depth, extent.cols});
    if (start) read_layout(op, site, "in", *start, window);
    product_defined(cells_of(out), cells_of(left), cells_of(right), extent, start ? &from : nullptr);
    finish_write(out, window);
}

}  // namespace pto::checked
