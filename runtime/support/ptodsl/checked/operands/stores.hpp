// TSTORE: judged; a stored element has to be defined.
#pragma once

#include <pto/checked/store.hpp>

#include "windows.hpp"

namespace pto::checked {

void judge_phase(Call& call, int phase) {
    if (phase != 0) call.finds("not-modelled", {text("rule", "unit flags")});
}

void judge_store(Call& call, const Operand& src, const Global& dst, AtomicType atomic) {
    agree_window(call, "dst", src, dst);
    const bool is_accumulator = src->space == Space::L0C;
    if (is_accumulator && dst.layout == Layout::ND && (dst.shape[3] > 8192 || dst.shape[4] > 4095))
        refuse_shape(call, "dst", dst.shape[3], 8192, "a store from L0C takes 8192 rows of 4095 columns");
    if (is_accumulator && dst.layout == Layout::NZ && src.cols % 16 != 0)
        refuse_shape(call, "src", src.cols, 16, "a store of fractals takes multiples of 16 columns");
    call.reads("src", src, valid_window(src), 32);
    call.touches("dst", atomic == AtomicType::AtomicAdd ? Effect::Add : Effect::Write, dst);
}

// The first undefined element of a tile, and how many there are.
struct Undefined {
    int64_t row = 0;
    int64_t col = 0;
    int64_t count = 0;
};

// Elements that were found count as defined from then on.
inline void find_undefined(Undefined& found, const Cells& cells, Block block, int64_t row, int64_t col) {
    if (are_defined(cells, block)) return;
    for (int64_t i = 0; i < block.rows; ++i)
        for (int64_t j = 0; j < block.cols; ++j) {
            if (is_element_defined(cells.at(i, j), cells.size)) continue;
            if (found.count++ == 0) found.row = row + i, found.col = col + j;
        }
    set_all(cells, block, is_defined);
}

inline void find_undefined(const char* op, Site site, const Operand& src) {
    Undefined found;
    each_even_piece(src->is_even(), valid_block(src), [&](int64_t row, int64_t col, Block block) {
        find_undefined(found, cells_of(src, row, col), block, row, col);
    });
    if (found.count == 0) return;
    use(src->space, detail::least(start_of(src) + src->bytes(), capacity_of(src->space)));
    const Field fields[] = {text("op", op), text("operand", "src"), number("row", found.row),
                            number("column", found.col), number("count", found.count)};
    report("undefined-stored", site, fields, 5);
}

// What was undefined and is added to stays so: nothing is defined by an addition.
void define_store(const char* op, Site site, const Operand& src, const Global& dst, AtomicType atomic) {
    read_layout(op, site, "src", src, valid_window(src));
    find_undefined(op, site, src);
    unsigned char* known = atomic == AtomicType::AtomicNone ? shadow_of(dst) : nullptr;
    if (known)
        each_piece(src, dst, known, [](int64_t, int64_t, Block block, const Cells& cells) {
            set_all(cells, block, is_defined);
        });
}

}  // namespace pto::checked
