// Reductions and transposition: judged, and what is defined then.
#pragma once

#include <pto/checked/reduce.hpp>
#include <pto/checked/transpose.hpp>

#include "rules.hpp"

namespace pto::checked {

void judge_row_reduction(Call& call, const Operand& dst, const Operand& src) {
    take_dtype(call, src->dtype, folded_dtypes);
    agree(call, "dst", dst.rows, src.rows, "result and source have as many valid rows");
    call.reads("src", src);
    call.writes("dst", dst, {0, 0, src.rows, 1});
}
void judge_column_reduction(Call& call, const Operand& dst, const Operand& src) {
    take_dtype(call, src->dtype, machine::vector_dtypes);
    agree(call, "dst", dst.cols, src.cols, "result and source have as many valid columns");
    call.reads("src", src);
    call.writes("dst", dst, {0, 0, 1, src.cols});
}

void define_row_reduction(const Operand& dst, const Operand& src) {
    if (are_defined(cells_of(src), valid_block(src)))
        set_all(cells_of(dst), {src.rows, 1}, is_defined);
    else
        reduce_defined(cells_of(dst), valid_block(src), cells_of(src));
}
void define_column_reduction(const Operand& dst, const Operand& src) {
    if (are_defined(cells_of(src), valid_block(src)))
        set_all(cells_of(dst), {1, src.cols}, is_defined);
    else
        reduce_defined(turned(cells_of(dst)), {src.cols, src.rows}, turned(cells_of(src)));
}

void judge_transposition(Call& call, const Operand& dst, const Operand& src) {
    if (src.rows > dst->cols || src.cols > dst->rows)
        refuse_shape(call, "dst", dst->cols, src.rows, "there is a row for each valid column, and the reverse");
    call.reads("src", src);
    call.writes("dst", dst, {0, 0, src.cols, src.rows});
}
void define_transposition(const Operand& dst, const Operand& src) {
    const Cells cells = turned(cells_of(src));
    map_defined(cells_of(dst), {src.cols, src.rows}, &cells, 1);
}
int64_t transposition_scratch(const Operand& src) {
    const int64_t line = 32 / src->size;
    return round_up(src.cols, line) * round_up(src.rows, line > 16 ? line : 16) * src->size;
}

}  // namespace pto::checked
