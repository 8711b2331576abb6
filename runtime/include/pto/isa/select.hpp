// Comparisons into bit masks, and selection by them.
//
// A mask row starts where the mask tile's row does; bit c % 8 of its byte c / 8 stands for column c. TCMP and TCMPS
// write the bytes that hold valid columns, unused bits zero; the source's valid shape counts. NaN compares as in IEEE:
// only NE is true. The scratch tile is for the hardware; it is not touched.
#pragma once

#include "../lanes/arithmetic.hpp"
#include "../lanes/lanes.hpp"
#include "rules.hpp"
#include "sync.hpp"

namespace pto {
namespace detail {

template <typename V>
PTO_INLINE auto compare(V a, V b, CmpMode mode) {
    switch (mode) {
        case CmpMode::EQ: return a == b;
        case CmpMode::NE: return a != b;
        case CmpMode::LT: return a < b;
        case CmpMode::LE: return a <= b;
        case CmpMode::GT: return a > b;
        default: return a >= b;
    }
}

inline constexpr int mask_columns = 8;

template <typename T>
using MaskVector = Vector<compute_t<T>, mask_columns>;

template <typename Tile>
PTO_INLINE unsigned char* mask_row(const Tile& mask, int row) {
    return reinterpret_cast<unsigned char*>(element_address(mask, row, 0));
}

// Lane i of a comparison as bit i, for the first `count` lanes.
template <typename Mask>
PTO_INLINE unsigned char pack_bits(Mask mask, int count) {
    unsigned bits = 0;
    for (int lane = 0; lane < mask_columns; ++lane) bits |= (mask[lane] ? 1u : 0u) << lane;
    return static_cast<unsigned char>(bits & ((1u << count) - 1u));
}

template <typename Mask>
constexpr bool check_mask() {
    static_assert(require_row_major<Mask>());
    static_assert(is_integer<typename Mask::DType>, "a mask is a tile of integers, read as bits");
    return true;
}

// second(address, column) gives what column is compared with.
template <typename Dst, typename Src, typename Second>
PTO_INLINE RecordEvent compare_rows(Dst& dst, const Src& src, CmpMode mode, Second second) {
    using T = typename Src::DType;
    static_assert(check_mask<Dst>());
    static_assert(require_row_major<Src>());
    static_assert(rows_may_agree<Dst, Src>, "mask and source have the same number of valid rows");
    static_assert(Src::ValidCol == DYNAMIC || 8 * Dst::Cols * sizeof(typename Dst::DType) >= size_t(Src::ValidCol),
                  "a mask row has a bit for each valid column");
    const int rows = valid_rows(src), cols = valid_cols(src);
    for (int row = 0; row < rows; ++row)
        for (int col = 0; col < cols; col += mask_columns) {
            const auto a = load_lanes<T, mask_columns>(element_address(src, row, col));
            const auto truth = compare(a, second(row, col), mode);
            mask_row(dst, row)[col / 8] = pack_bits(truth, least(mask_columns, cols - col));
        }
    return {};
}

// dst = bit ? src : second(row, col)
template <typename Dst, typename Mask, typename Src, typename Second>
PTO_INLINE RecordEvent select_rows(Dst& dst, const Mask& mask, const Src& src, Second second) {
    using T = typename Dst::DType;
    using Bits = Vector<unsigned_t<sizeof(T)>, mask_columns>;
    static_assert(check_mask<Mask>());
    static_assert(require_row_major<Dst, Src>());
    static_assert(require_same_dtype<Dst, Src>());
    static_assert(require_same_valid_shape<Dst, Src>());
    const Bits lane_bit{1, 2, 4, 8, 16, 32, 64, 128};
    const int rows = valid_rows(dst), cols = valid_cols(dst);
    for (int row = 0; row < rows; ++row)
        for (int col = 0; col < cols; col += mask_columns) {
            const Bits byte = splat<Bits>(static_cast<unsigned_t<sizeof(T)>>(mask_row(mask, row)[col / 8]));
            const Bits first = load<Bits>(element_address(src, row, col));
            const Bits chosen = (byte & lane_bit) != Bits{} ? first : second(row, col);
            auto* to = reinterpret_cast<unsigned_t<sizeof(T)>*>(element_address(dst, row, col));
            store_first<unsigned_t<sizeof(T)>, mask_columns>(to, chosen, least(mask_columns, cols - col));
        }
    return {};
}

}  // namespace detail

PTO_ISA {

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TCMP(Dst& dst, Src0& src0, Src1& src1, CmpMode mode, Events&...) {
    using T = typename Src0::DType;
    static_assert(detail::require_row_major<Src1>());
    static_assert(detail::require_same_dtype<Src0, Src1>());
    static_assert(detail::require_same_valid_shape<Src0, Src1>());
    return detail::compare_rows(dst, src0, mode, [&](int row, int col) PTO_LAMBDA {
        return detail::load_lanes<T, detail::mask_columns>(detail::element_address(src1, row, col));
    });
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TCMPS(Dst& dst, Src& src, typename Src::DType scalar, CmpMode mode, Events&...) {
    using T = typename Src::DType;
    const auto repeated = detail::splat<detail::MaskVector<T>>(static_cast<detail::compute_t<T>>(scalar));
    return detail::compare_rows(dst, src, mode, [&](int, int) PTO_LAMBDA { return repeated; });
}

template <typename Dst, typename Mask, typename Src0, typename Src1, typename Tmp, typename... Events>
PTO_INST RecordEvent TSEL(Dst& dst, Mask& mask, Src0& src0, Src1& src1, Tmp&, Events&...) {
    using Bits = detail::Vector<detail::unsigned_t<sizeof(typename Dst::DType)>, detail::mask_columns>;
    static_assert(detail::require_row_major<Src1>());
    static_assert(detail::require_same_dtype<Dst, Src1>());
    static_assert(detail::require_same_valid_shape<Dst, Src1>());
    return detail::select_rows(dst, mask, src0, [&](int row, int col) PTO_LAMBDA {
        return detail::load<Bits>(detail::element_address(src1, row, col));
    });
}

template <typename Dst, typename Mask, typename Src, typename Tmp, typename... Events>
PTO_INST RecordEvent TSELS(Dst& dst, Mask& mask, Src& src, Tmp&, typename Src::DType scalar, Events&...) {
    using Element = detail::unsigned_t<sizeof(typename Dst::DType)>;
    using Bits = detail::Vector<Element, detail::mask_columns>;
    const Bits repeated = detail::splat<Bits>(detail::bits_as<Element>(scalar));
    return detail::select_rows(dst, mask, src, [&](int, int) PTO_LAMBDA { return repeated; });
}

}  // namespace isa
}  // namespace pto
