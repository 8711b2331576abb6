// Moves on chip, and tiles made from little: judged, and what is defined then.
#pragma once

#include <pto/checked/fill.hpp>
#include <pto/checked/move.hpp>

#include "layouts.hpp"
#include "rules.hpp"

namespace pto::checked {

void judge_path(Call& call, Space from, Space to) {
    call.refuses("illegal-move", {text("source", space_name(from)), text("target", space_name(to))});
}

// Offsets into a tile are at whole fractals, or whole blocks of 32 bytes of a row in UB; but for single elements there,
// and for whatever A5 move within it, as TExtract.hpp and TInsert.hpp of the official headers have it.
inline void align_offset(Call& call, const char* operand, const Operand& tile, Window window) {
    const int64_t cols = tile->is_boxed ? tile->box_cols : 32 / tile->size;
    if (window.row % tile->box_rows == 0 && window.col % cols == 0) return;
    call.finds("shape-refused",
               {text("operand", operand), number("row", window.row), number("column", window.col),
                text("rule", "an offset is at a whole fractal (16 rows, 32 bytes), or a block of 32 bytes in UB")});
}

inline void stay_inside(Call& call, const char* operand, const Operand& tile, Window window) {
    if (window.row + window.rows > tile->rows)
        refuse_shape(call, operand, window.row + window.rows, tile->rows, "the window lies within the tile");
    if (window.col + window.cols > tile->cols)
        refuse_shape(call, operand, window.col + window.cols, tile->cols, "the window lies within the tile");
}

void judge_move(Call& call, const Operand& dst, Window to, const Operand& src, Window from) {
    const int64_t block = dst->space == Space::Bias ? 64 : dst->space == Space::Scaling ? 128 : 1;
    if (dst->cols * dst->size % block != 0)
        refuse_shape(call, "dst", dst->cols * dst->size, block,
                     "a bias is a multiple of 64 bytes, a row of scales of 128");
    const bool is_in_ub = dst->space == Space::UB && src->space == Space::UB;
    const bool is_element = is_in_ub && (dst->is_element || src->is_element);
    stay_inside(call, "src", src, from);
    stay_inside(call, "dst", dst, to);
    if (is_element) call.moves_element();
    if (!is_element && (is_a2a3 || !is_in_ub)) {
        align_offset(call, "src", src, from);
        align_offset(call, "dst", dst, to);
    }
    call.reads("src", src, from);
    if (from.row == to.row && from.col == to.col) may_take_over(call, dst, src);
    call.writes("dst", dst, to);
}

inline void move_defined(const Operand& dst, Window to, const Operand& src, Window from) {
    const bool is_even = dst->is_even() && src->is_even();
    each_even_piece(is_even, {from.rows, from.cols}, [&](int64_t row, int64_t col, Block block) {
        const Cells cells = cells_of(src, from.row + row, from.col + col);
        map_defined(cells_of(dst, to.row + row, to.col + col), block, &cells, 1);
    });
}

void define_move(const char* op, Site site, const Operand& dst, Window to, const Operand& src, Window from) {
    read_layout(op, site, "src", src, from);
    move_defined(dst, to, src, from);
    finish_write(dst, to);
}

inline void define_valid(const Operand& dst) {
    each_even_piece(dst->is_even(), valid_block(dst), [&](int64_t row, int64_t col, Block block) {
        set_all(cells_of(dst, row, col), block, is_defined);
    });
}

void define_fill(const Operand& dst) {
    define_valid(dst);
    finish_write(dst, valid_window(dst));
}

inline Window padded_window(const Operand& dst, const Operand& src) {
    return {0, 0, detail::least(dst.rows, src.rows), detail::least(dst.cols, src.cols)};
}

void judge_padding(Call& call, unsigned dtypes, const Operand& dst, const Operand& src, bool in_place) {
    take_dtype(call, dst->dtype, dtypes);
    call.reads("src", src, padded_window(dst, src));
    if (in_place) may_take_over(call, dst, src);
    call.writes("dst", dst);
}

void define_padding(const char* op, Site site, const Operand& dst, const Operand& src) {
    const Window copied = padded_window(dst, src);
    read_layout(op, site, "src", src, copied);
    if (dst.data != src.data) {
        define_valid(dst);
        move_defined(dst, copied, src, copied);
    } else {
        set_all(cells_of(dst, 0, copied.cols), {dst.rows, dst.cols - copied.cols}, is_defined);
        set_all(cells_of(dst, copied.rows, 0), {dst.rows - copied.rows, dst.cols}, is_defined);
    }
    finish_write(dst, valid_window(dst));
}

}  // namespace pto::checked
