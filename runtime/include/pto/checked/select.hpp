// Comparisons into bit masks and selection by them, checked. Eight columns share a byte of a mask; a selected element is
// defined where its bit and the chosen operand are.
#pragma once

#include "../isa/select.hpp"
#include "map.hpp"

namespace pto {
namespace checked {

inline constexpr unsigned selected_dtypes =
    half_bytes | words | (machine::vector_dtypes & set_of(DType::UInt8) ? bytes : 0u);
inline constexpr unsigned compared_dtypes = machine::vector_dtypes | set_of(DType::UInt16);
inline constexpr int mask_columns = 8;

template <typename Mask>
Window mask_window(const Mask&, int64_t rows, int64_t cols) {
    return {0, 0, rows, (cols + mask_columns - 1) / mask_columns / element_bytes<Mask> +
                            ((cols + mask_columns - 1) / mask_columns % element_bytes<Mask> != 0)};
}

template <typename Mask>
void judge_mask(Call& call, const Mask& mask, int64_t rows, int64_t cols) {
    agree(call, "mask", mask.GetValidRow(), rows, "mask and tile have as many valid rows");
    const int64_t bits = Mask::Cols * element_bytes<Mask> * mask_columns;
    if (bits < cols) refuse_shape(call, "mask", bits, cols, "a mask row has a bit for each valid column");
}

// On A2/A3 integers of 32 bits are compared for equality only.
template <typename T>
void judge_comparison(Call& call, CmpMode mode) {
    take_dtype<T>(call, compared_dtypes);
    if (is_a2a3 && detail::is_same<T, int32_t> && mode != CmpMode::EQ)
        call.finds("dtype-refused", {text("dtype", dtype_name(dtype_of<T>())),
                                     text("rule", "32-bit integers are compared for equality only")});
}

template <typename Dst, typename Src>
void define_comparison(const Dst& dst, const Src& src, const Cells* other) {
    const Block block = valid_block(src);
    const Cells cells = cells_of(src);
    unsigned char* mask = shadow_of(dst.data());
    const int64_t pitch = Dst::Cols * element_bytes<Dst>;
    for (int64_t row = 0; row < block.rows; ++row)
        for (int64_t col = 0; col < block.cols; col += mask_columns) {
            const Block eight{1, detail::least<int64_t>(mask_columns, block.cols - col)};
            const bool defined = are_defined(cells.from(row, col), eight) &&
                                 (!other || are_defined(other->from(row, col), eight));
            set_element(mask + row * pitch + col / mask_columns, 1, defined);
        }
}

// `choose(row, col)`: whether the bit is set. What is chosen where it is not: null stands for a scalar.
template <typename Dst, typename Mask, typename Src>
void define_selection(const Dst& dst, const Mask& mask, const Src& src, const Cells* other) {
    const Block block = valid_block(dst);
    const Cells result = cells_of(dst), first = cells_of(src);
    const unsigned char* bits = reinterpret_cast<const unsigned char*>(mask.data());
    const unsigned char* known = shadow_of(mask.data());
    const int64_t pitch = Mask::Cols * element_bytes<Mask>, width = (block.cols + mask_columns - 1) / mask_columns;
    const bool all = are_defined({shadow_of(mask.data()), pitch, 1, 1}, {block.rows, width}) &&
                     are_defined(first, block) && (!other || are_defined(*other, block));
    if (all) return set_all(result, block, is_defined);
    for (int64_t row = 0; row < block.rows; ++row)
        for (int64_t col = 0; col < block.cols; ++col) {
            const int64_t byte = row * pitch + col / mask_columns;
            const bool chosen = bits[byte] >> col % mask_columns & 1;
            const unsigned char* from = chosen ? first.at(row, col) : other ? other->at(row, col) : nullptr;
            set_element(result.at(row, col), result.size,
                        known[byte] == is_defined && (!from || is_element_defined(from, result.size)));
        }
}

template <typename Dst, typename Src>
void take_comparison(Call& call, Dst& dst, Src& src, CmpMode mode) {
    judge_comparison<typename Src::DType>(call, mode);
    judge_mask(call, dst, src.GetValidRow(), src.GetValidCol());
    call.reads("src0", src);
    call.writes("dst", dst, mask_window(dst, src.GetValidRow(), src.GetValidCol()));
}

template <typename Dst, typename Mask, typename Src>
void take_selection(Call& call, Dst& dst, Mask& mask, Src& src) {
    take_dtype<typename Dst::DType>(call, selected_dtypes);
    judge_mask(call, mask, dst.GetValidRow(), dst.GetValidCol());
    judge_source(call, "src0", dst, src, Takes::Over);
    call.reads("mask", mask, mask_window(mask, dst.GetValidRow(), dst.GetValidCol()));
    call.writes("dst", dst);
}

}  // namespace checked

template <typename Dst, typename Src0, typename Src1>
RecordEvent TCMP(Dst& dst, Src0& src0, Src1& src1, CmpMode mode, checked::Site site = {}) {
    checked::Call call("TCMP", site);
    checked::take_comparison(call, dst, src0, mode);
    checked::agree_valid(call, "src1", src1, src0);
    call.reads("src1", src1);
    return call.carries_out([dst, src0, src1, mode]() mutable {
        const checked::Cells other = checked::cells_of(src1);
        checked::define_comparison(dst, src0, &other);
        isa::TCMP(dst, src0, src1, mode);
    });
}

template <typename Dst, typename Src>
RecordEvent TCMPS(Dst& dst, Src& src, typename Src::DType scalar, CmpMode mode, checked::Site site = {}) {
    checked::Call call("TCMPS", site);
    checked::take_comparison(call.with_hidden_flags(), dst, src, mode);
    return call.carries_out([dst, src, scalar, mode]() mutable {
        checked::define_comparison(dst, src, nullptr);
        isa::TCMPS(dst, src, scalar, mode);
    });
}

template <typename Dst, typename Mask, typename Src0, typename Src1, typename Tmp>
RecordEvent TSEL(Dst& dst, Mask& mask, Src0& src0, Src1& src1, Tmp& tmp, checked::Site site = {}) {
    checked::Call call("TSEL", site);
    checked::take_selection(call, dst, mask, src0);
    checked::judge_source(call, "src1", dst, src1, checked::Takes::Over);
    auto work = checked::with_scratch(call, tmp, checked::physical_bytes<Tmp>, [tmp](auto& d, auto& m, auto& a, auto& b)
                                                                                   mutable { isa::TSEL(d, m, a, b, tmp); });
    return call.carries_out([dst, mask, src0, src1, work]() mutable {
        const checked::Cells other = checked::cells_of(src1);
        checked::define_selection(dst, mask, src0, &other);
        work(dst, mask, src0, src1);
    });
}

template <typename Dst, typename Mask, typename Src, typename Tmp>
RecordEvent TSELS(Dst& dst, Mask& mask, Src& src, Tmp& tmp, typename Src::DType scalar, checked::Site site = {}) {
    checked::Call call("TSELS", site);
    checked::take_selection(call.with_hidden_flags(), dst, mask, src);
    auto work = checked::with_scratch(call, tmp, checked::physical_bytes<Tmp>, [tmp, scalar](auto& d, auto& m, auto& a)
                                                                                   mutable { isa::TSELS(d, m, a, tmp, scalar); });
    return call.carries_out([dst, mask, src, work]() mutable {
        checked::define_selection(dst, mask, src, nullptr);
        work(dst, mask, src);
    });
}

}  // namespace pto
