// TLOAD: judged, and what is defined then.
#pragma once

#include <pto/checked/load.hpp>

#include "windows.hpp"

namespace pto::checked {

// What loads into fractals can count: one plane, rows that a transfer orders.
inline void limit_ordering_load(Call& call, const Global& src) {
    const bool is_turned = src.layout == Layout::DN;
    const int64_t count = src.shape[is_turned ? 4 : 3], length = src.shape[is_turned ? 3 : 4];
    const int64_t step = src.stride[is_turned ? 4 : 3] / src.size;
    if (src.planes() != 1) refuse_shape(call, "src", src.planes(), 1, "a load that orders fractals takes one plane");
    if (count > 16384 || length > 65535 || step > 65535)
        refuse_shape(call, "src", count, 16384,
                     "a load that orders fractals takes 16384 lines of 65535 elements, 65535 apart");
}

void judge_load(Call& call, const Operand& dst, const Global& src) {
    agree_window(call, "src", dst, src);
    if (src.size == 8 && src.layout == Layout::NZ) take_dtype(call, dst->dtype, 0);
    if (dst->is_boxed && src.layout != Layout::NZ) limit_ordering_load(call, src);
    if (is_a2a3 && dst->space == Space::UB && src.layout == Layout::ND && src.shape[3] > 4095)
        refuse_shape(call, "src", src.shape[3], 4095, "a load into UB takes 4095 rows of a plane");
    call.writes("dst", dst, valid_window(dst), 32);
    call.touches("src", Effect::Read, src);
}

// What is left of the last 32 bytes of each line in UB: the pad value where the tile's type has one.
inline void finish_lines(const Operand& dst) {
    if (!dst->is_exact() || dst->is_boxed) return;
    const int64_t along = dst->is_row_major ? dst.cols : dst.rows, rest = round_up(along, 32 / dst->size) - along;
    const unsigned char value = dst->is_padded ? is_defined : is_undefined;
    if (rest == 0) return;
    if (dst->is_row_major)
        set_all(cells_of(dst, 0, along), {dst.rows, rest}, value);
    else
        set_all(cells_of(dst, along, 0), {rest, dst.cols}, value);
}

void define_load(const Operand& dst, const Global& src) {
    unsigned char* known = shadow_of(src);
    if (!known && dst->is_even()) {
        set_all(cells_of(dst), valid_block(dst), is_defined);
    } else {
        each_piece(dst, src, known, [&](int64_t row, int64_t col, Block block, const Cells& cells) {
            if (known)
                map_defined(cells_of(dst, row, col), block, &cells, 1);
            else
                set_all(cells_of(dst, row, col), block, is_defined);
        });
    }
    finish_lines(dst);
    finish_write(dst, valid_window(dst));
}

}  // namespace pto::checked
