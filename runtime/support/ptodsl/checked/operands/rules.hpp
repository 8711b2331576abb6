// The rules of pto/checked/rules.hpp.
#pragma once

#include "call.hpp"

namespace pto::checked {

void take_dtype(Call& call, DType dtype, unsigned dtypes) {
    const bool is_taken = narrowed(call.op(), dtypes) >> static_cast<int>(dtype) & 1;
    if (!is_taken) call.finds("dtype-refused", {text("dtype", dtype_name(dtype))});
}

void refuse_shape(Call& call, const char* operand, int64_t size, int64_t limit, const char* rule) {
    call.refuses("shape-refused",
                 {text("operand", operand), number("size", size), number("limit", limit), text("rule", rule)});
}

void agree(Call& call, const char* operand, int64_t size, int64_t other, const char* rule) {
    if (size != other) refuse_shape(call, operand, size, other, rule);
}

void agree_valid(Call& call, const char* operand, const Operand& tile, const Operand& result) {
    agree(call, operand, tile.rows, result.rows, "operands have as many valid rows as the result");
    agree(call, operand, tile.cols, result.cols, "operands have as many valid columns as the result");
}

// The operand read last is the result's bytes, element for element.
inline void may_take_over(Call& call, const Operand& dst, const Operand& src) {
    const bool is_like = dst->size == src->size && (dst->cols == src->cols || dst.rows == 1);
    if (is_like && dst.data == src.data) call.shares_bytes();
}

void judge_source(Call& call, const char* operand, const Operand& dst, const Operand& src, Takes takes) {
    agree_valid(call, operand, src, dst);
    call.reads(operand, src);
    if (takes == Takes::Over) may_take_over(call, dst, src);
}

}  // namespace pto::checked
