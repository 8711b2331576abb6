// Bit masks: eight columns share a byte. A selected element is defined where its bit and the chosen operand are.
#pragma once

#include <pto/checked/select.hpp>

#include "rules.hpp"

namespace pto::checked {

inline constexpr unsigned small_dtypes = machine::vector_dtypes & set_of(DType::UInt8) ? bytes : 0u;
inline constexpr unsigned selected_dtypes = half_words | words | small_dtypes;
inline constexpr unsigned compared_dtypes = machine::vector_dtypes | set_of(DType::UInt16);
inline constexpr int mask_columns = 8;

inline int64_t mask_bytes(int64_t cols) { return (cols + mask_columns - 1) / mask_columns; }

// The elements of a mask that have bits for so many rows and columns.
inline Window mask_window(const Operand& mask, int64_t rows, int64_t cols) {
    return {0, 0, rows, round_up(mask_bytes(cols), mask->size) / mask->size};
}

// The shadow of a mask's bytes.
inline Cells mask_cells(const Operand& mask) { return {shadow_of(mask.data), mask->cols * mask->size, 1, 1}; }

inline void judge_mask(Call& call, const Operand& mask, int64_t rows, int64_t cols) {
    agree(call, "mask", mask.rows, rows, "mask and tile have as many valid rows");
    const int64_t bits = mask->cols * mask->size * mask_columns;
    if (bits < cols) refuse_shape(call, "mask", bits, cols, "a mask row has a bit for each valid column");
}

void judge_comparison(Call& call, const Operand& dst, const Operand& src, const Operand* other, CmpMode mode) {
    take_dtype(call, src->dtype, compared_dtypes);
    if (is_a2a3 && src->dtype == DType::Int32 && mode != CmpMode::EQ)
        call.finds("dtype-refused", {text("dtype", dtype_name(src->dtype)),
                                     text("rule", "32-bit integers are compared for equality only")});
    judge_mask(call, dst, src.rows, src.cols);
    call.reads("src0", src);
    if (other) judge_source(call, "src1", src, *other, Takes::Apart);
    call.writes("dst", dst, mask_window(dst, src.rows, src.cols));
}

void judge_selection(Call& call, const Operand& dst, const Operand& mask, const Operand& src, const Operand* other) {
    take_dtype(call, dst->dtype, selected_dtypes);
    judge_mask(call, mask, dst.rows, dst.cols);
    judge_source(call, "src0", dst, src, Takes::Over);
    if (other) judge_source(call, "src1", dst, *other, Takes::Over);
    call.reads("mask", mask, mask_window(mask, dst.rows, dst.cols));
    call.writes("dst", dst);
}

void define_comparison(const Operand& dst, const Operand& src, const Operand* other) {
    const Cells result = mask_cells(dst), first = cells_of(src), second = other ? cells_of(*other) : first;
    for (int64_t row = 0; row < src.rows; ++row)
        for (int64_t col = 0; col < src.cols; col += mask_columns) {
            const Block eight{1, detail::least<int64_t>(mask_columns, src.cols - col)};
            set_element(result.at(row, col / mask_columns), 1,
                        are_defined(first.from(row, col), eight) && are_defined(second.from(row, col), eight));
        }
}

void define_selection(const Operand& dst, const Operand& mask, const Operand& src, const Operand* other) {
    const Cells result = cells_of(dst), known = mask_cells(mask), first = cells_of(src);
    const Cells second = other ? cells_of(*other) : first;
    if (are_defined(known, {dst.rows, mask_bytes(dst.cols)}) && are_defined(first, valid_block(dst)) &&
        are_defined(second, valid_block(dst)))
        return set_all(result, valid_block(dst), is_defined);
    for (int64_t row = 0; row < dst.rows; ++row)
        for (int64_t col = 0; col < dst.cols; ++col) {
            const bool chosen = mask.data[row * known.row_pitch + col / mask_columns] >> col % mask_columns & 1;
            const Cells& from = chosen ? first : second;
            const bool is_scalar = !chosen && !other;
            set_element(result.at(row, col), result.size,
                        *known.at(row, col / mask_columns) == is_defined &&
                            (is_scalar || is_element_defined(from.at(row, col), from.size)));
        }
}

}  // namespace pto::checked
