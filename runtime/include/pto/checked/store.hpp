// TSTORE, checked. Rows of UB are read in whole blocks of 32 bytes, an accumulator in whole fractals; global memory is
// written exactly. A stored element has to be defined.
#pragma once

#include "../isa/store.hpp"
#include "windows.hpp"

namespace pto {
namespace checked {

template <typename Src, typename Dst>
void limit_store(Call& call, const Src& src, const Dst& dst) {
    if constexpr (Src::Loc == TileType::Acc && Dst::layout == Layout::ND) {
        if (dst.GetShape(3) > 8192 || dst.GetShape(4) > 4095)
            refuse_shape(call, "dst", dst.GetShape(3), 8192, "a store from L0C takes 8192 rows of 4095 columns");
    } else if constexpr (Src::Loc == TileType::Acc) {
        if (src.GetValidCol() % 16 != 0)
            refuse_shape(call, "src", src.GetValidCol(), 16, "a store of fractals takes multiples of 16 columns");
    }
}

// The first undefined element of a window of a tile, and how many there are.
struct Undefined {
    int64_t row = 0;
    int64_t col = 0;
    int64_t count = 0;
};

inline void find_undefined(Undefined& found, const Cells& cells, Block block, int64_t row, int64_t col) {
    if (are_defined(cells, block)) return;
    for (int64_t i = 0; i < block.rows; ++i)
        for (int64_t j = 0; j < block.cols; ++j) {
            if (is_element_defined(cells.at(i, j), cells.size)) continue;
            if (found.count++ == 0) found.row = row + i, found.col = col + j;
        }
    set_all(cells, block, is_defined);
}

template <typename Src>
void use_tile(const char* op, Site site, const Src& src) {
    Undefined found;
    const Block block = valid_block(src);
    if constexpr (has_even_cells<Src>) {
        find_undefined(found, cells_of(src), block, 0, 0);
    } else {
        for (int64_t row = 0; row < block.rows; ++row)
            for (int64_t col = 0; col < block.cols; ++col) find_undefined(found, cells_of(src, row, col), {1, 1}, row, col);
    }
    if (found.count == 0) return;
    const Field fields[] = {text("op", op), text("operand", "src"), number("row", found.row),
                            number("column", found.col), number("count", found.count)};
    report("undefined-stored", site, fields, 5);
}

template <typename Src, typename Dst>
void define_store(const Src& src, const Dst& dst) {
    unsigned char* known = shadow_of_window(dst.data(), region_of_window(dst));
    if (!known) return;
    each_piece(src, dst, known, [](int64_t, int64_t, Block block, Cells cells) { set_all(cells, block, is_defined); });
}

// What was undefined and is added to stays undefined: nothing is defined by an addition.
template <AtomicType Atomic, STPhase Phase, typename Dst, typename Src, typename Work>
RecordEvent store(Call call, Dst dst, Src src, Work work) {
    if constexpr (Phase != STPhase::Unspecified) call.finds("not-modelled", {text("rule", "unit flags")});
    agree_window(call, "dst", src, dst);
    limit_store(call, src, dst);
    call.reads("src", src, valid_window(src), 32);
    touch_window(call, "dst", Atomic == AtomicType::AtomicAdd ? Effect::Add : Effect::Write, dst);
    const char* op = call.op();
    const Site site = call.site();
    return call.carries_out([=]() mutable {
        read_layout(op, site, "src", src, valid_window(src));
        use_tile(op, site, src);
        if (Atomic == AtomicType::AtomicNone) define_store(src, dst);
        work(dst, src);
    });
}

template <typename Tile>
inline constexpr pipe_t store_pipe = Tile::Loc == TileType::Acc ? PIPE_FIX : PIPE_MTE3;

}  // namespace checked

template <typename Tile, typename Global>
RecordEvent TSTORE(Global& dst, Tile& src, checked::Site site = {}) {
    return checked::store<AtomicType::AtomicNone, STPhase::Unspecified>(
        {"TSTORE", site, checked::store_pipe<Tile>}, dst, src, [](auto& d, auto& s) { isa::TSTORE(d, s); });
}

template <STPhase Phase, typename Tile, typename Global>
RecordEvent TSTORE(Global& dst, Tile& src, checked::Site site = {}) {
    return checked::store<AtomicType::AtomicNone, Phase>({"TSTORE", site, checked::store_pipe<Tile>}, dst, src,
                                                         [](auto& d, auto& s) { isa::TSTORE<Phase>(d, s); });
}

template <typename Tile, typename Global, AtomicType Atomic, ReluPreMode Relu = ReluPreMode::NoRelu>
RecordEvent TSTORE(Global& dst, Tile& src, checked::Site site = {}) {
    return checked::store<Atomic, STPhase::Unspecified>(
        {"TSTORE", site, checked::store_pipe<Tile>}, dst, src,
        [](auto& d, auto& s) { isa::TSTORE<Tile, Global, Atomic, Relu>(d, s); });
}

template <STPhase Phase, typename Tile, typename Global, AtomicType Atomic, ReluPreMode Relu = ReluPreMode::NoRelu>
RecordEvent TSTORE(Global& dst, Tile& src, checked::Site site = {}) {
    return checked::store<Atomic, Phase>(
        {"TSTORE", site, checked::store_pipe<Tile>}, dst, src,
        [](auto& d, auto& s) { isa::TSTORE<Phase, Tile, Global, Atomic, Relu>(d, s); });
}

}  // namespace pto
