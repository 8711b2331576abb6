// TLOAD, checked. Rows of UB are written in whole blocks of 32 bytes, L1 in whole fractals; what no element of the window
// goes to is undefined then.
#pragma once

#include "windows.hpp"

namespace pto {
namespace checked {

// Dimensions that a transfer counts.
template <typename Dst, typename Src>
void limit_load(Call& call, const Src& src) {
    const int64_t rows = src.GetShape(3), cols = src.GetShape(4);
    if constexpr (sizeof(typename Dst::DType) == 8 && Src::layout == Layout::NZ)
        call.finds("dtype-refused", {text("dtype", dtype_name(dtype_of<typename Dst::DType>()))});
    if constexpr (detail::boxes_layout<Dst, Src::layout> && Dst::isBoxedLayout) {
        const bool is_turned = Src::layout == Layout::DN;
        if (src.GetShape(0) * src.GetShape(1) * src.GetShape(2) != 1)
            refuse_shape(call, "src", src.GetShape(0) * src.GetShape(1) * src.GetShape(2), 1,
                         "a load that orders fractals takes one plane");
        if ((is_turned ? cols : rows) > 16384 || (is_turned ? rows : cols) > 65535 ||
            src.GetStride(is_turned ? 4 : 3) > 65535)
            refuse_shape(call, "src", is_turned ? cols : rows, 16384,
                         "a load that orders fractals takes 16384 rows of 65535 elements, 65535 apart");
    }
    if constexpr (is_a2a3 && Dst::Loc == TileType::Vec) {
        if (Src::layout != Layout::NZ && (Src::layout == Layout::DN ? cols : rows) > 4095)
            refuse_shape(call, "src", rows, 4095, "a load into UB takes 4095 rows at once");
    }
}

// What is left of the last 32 bytes of each line: the pad value where the tile's type has one.
template <typename Dst, typename Src>
void finish_lines(const Dst& dst) {
    if constexpr (Dst::Loc == TileType::Vec && Src::layout != Layout::NZ) {
        constexpr int64_t block = 32 / element_bytes<Dst>;
        const int64_t rows = dst.GetValidRow(), cols = dst.GetValidCol();
        const int64_t along = Dst::isRowMajor ? cols : rows, rest = round_up(along, block) - along;
        const unsigned char value = Dst::PadVal != PadValue::Null ? is_defined : is_undefined;
        if (rest == 0) return;
        if (Dst::isRowMajor)
            set_all(cells_of(dst, 0, along), {rows, rest}, value);
        else
            set_all(cells_of(dst, along, 0), {rest, cols}, value);
    }
}

template <typename Dst, typename Src>
void define_load(const Dst& dst, const Src& src) {
    unsigned char* known = shadow_of_window(src.data(), region_of_window(src));
    if (!known && has_even_cells<Dst>) {
        set_all(cells_of(dst), valid_block(dst), is_defined);
    } else {
        each_piece(dst, src, known, [&](int64_t row, int64_t col, Block block, Cells cells) {
            if (known)
                map_defined(cells_of(dst, row, col), block, {cells});
            else
                set_all(cells_of(dst, row, col), block, is_defined);
        });
    }
    finish_lines<Dst, Src>(dst);
    undefine_around(dst, valid_window(dst));
    write_layout(dst, valid_window(dst));
}

}  // namespace checked

template <typename Dst, typename Src>
RecordEvent TLOAD(Dst& dst, Src& src, checked::Site site = {}) {
    checked::Call call("TLOAD", site, PIPE_MTE2);
    checked::agree_window(call, "src", dst, src);
    checked::limit_load<Dst>(call, src);
    call.writes("dst", dst, checked::valid_window(dst), 32);
    checked::touch_window(call, "src", checked::Effect::Read, src);
    return call.carries_out([dst, src]() mutable {
        checked::define_load(dst, src);
        isa::TLOAD(dst, src);
    });
}

}  // namespace pto
