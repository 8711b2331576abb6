// Broadcasts: judged, and what is defined then.
#pragma once

#include <pto/checked/expand.hpp>

#include "rules.hpp"

namespace pto::checked {

// The shadow of what is repeated, in the shape of the result.
inline Cells repeated_cells(const Operand& repeated, Along along) {
    const Cells cells = cells_of(repeated);
    if (along == Along::Rows) return {cells.first, cells.row_pitch, 0, cells.size};
    return {cells.first, 0, cells.col_pitch, cells.size};
}

// Of rows of 32 bytes that repeat a scalar all are read, of a column just that.
void judge_repeated(Call& call, const char* operand, const Operand& dst, const Operand& repeated, Along along) {
    if (along == Along::Columns) {
        agree(call, operand, repeated.cols, dst.cols, "the row has a value for each valid column");
        return call.reads(operand, repeated, {0, 0, 1, repeated.cols});
    }
    agree(call, operand, repeated.rows, dst.rows, "there is a scalar for each valid row");
    const int64_t cols = repeated->is_row_major ? detail::least(repeated->cols, 32 / repeated->size) : 1;
    call.reads(operand, repeated, {0, 0, repeated.rows, cols});
}

// One column, or rows of 32 bytes; into a given temporary A2/A3 spread a column and nothing else, while A5 do not look at
// it. The assertions of TROWEXPANDADD_IMPL and those beside it say so: include/pto/npu/a2a3/TRowExpandAdd.hpp, and
// npu/a5/TRowExpandAdd.hpp, of the official headers.
void judge_scalars(Call& call, const char* operand, const Operand& scalars, Scratch scratch) {
    if (is_a2a3 && scratch == Scratch::Given && scalars->is_row_major)
        call.finds("layout-refused", {text("operand", operand),
                                      text("rule", "with a temporary the scalars of rows are a column-major [M, 1] tile")});
    const int64_t cols = scalars->is_row_major ? 32 / scalars->size : 1;
    if (scalars.cols != cols)
        call.finds("shape-refused",
                   {text("operand", operand), number("size", scalars.cols), number("limit", cols),
                    text("rule", "the scalars of rows are one valid column, column-major, or row-major 32 bytes a row")});
}

void judge_expansion(Call& call, const Operand& dst, const Operand& src, const char* src_name, const Operand& repeated,
                     const char* repeated_name, Along along) {
    take_dtype(call, src->dtype, machine::vector_dtypes);
    judge_source(call, src_name, dst, src, Takes::Over);
    judge_repeated(call, repeated_name, dst, repeated, along);
    call.writes("dst", dst);
}

inline constexpr int64_t hidden_scratch_bytes = machine::hidden_scratch_end - machine::hidden_scratch_start;

void touch_hidden_scratch(Call& call) {
    call.touches("hidden scratch", Effect::Write, {Space::UB, machine::hidden_scratch_start, hidden_scratch_bytes});
    use(Space::UB, static_cast<int64_t>(machine::hidden_scratch_end));
}
void undefine_hidden_scratch() {
    unsigned char* first = shadow_of(detail::on_chip.bytes + machine::hidden_scratch_start);
    __builtin_memset(first, is_undefined, static_cast<size_t>(hidden_scratch_bytes));
}

void define_repeated(const Operand& dst, const Operand& repeated, Along along) {
    const Cells cells = repeated_cells(repeated, along);
    map_defined(cells_of(dst), valid_block(dst), &cells, 1);
}
void define_expansion(const Operand& dst, const Operand& src, const Operand& repeated, Along along) {
    const Cells cells[] = {cells_of(src), repeated_cells(repeated, along)};
    map_defined(cells_of(dst), valid_block(dst), cells, 2);
}

}  // namespace pto::checked
