// TASSIGN, TRESHAPE and TSUBVIEW, checked: they change handles at once and touch nothing. Where a tile lies is judged
// when it is used.
#pragma once

#include "../isa/assign.hpp"
#include "../isa/view.hpp"
#include "rules.hpp"

namespace pto {

template <TileType Memory, typename T>
void TASSIGN(detail::TileData<Memory, T>& tile, uintptr_t address) {
    isa::TASSIGN(tile, address);
}

template <typename T, typename Address>
void TASSIGN(detail::GlobalData<T>& window, Address address) {
    isa::TASSIGN(window, address);
}

template <size_t Address, typename T>
void TASSIGN(T& tile) {
    static_assert(is_tile_data_v<T>, "TASSIGN<address> places a tile; give a global tensor its pointer as an argument");
    detail::place(tile, Address);
}

// In the matrix unit's memories any two types of one size are accepted; a read through another layout is found.
template <typename Dst, typename Src>
RecordEvent TRESHAPE(Dst& dst, Src& src, checked::Site site = {}) {
    checked::Call call("TRESHAPE", site);
    if (!src.data()) call.refuses("unassigned", {checked::text("operand", "src")});
    if constexpr (detail::is_byte_exact<Dst> || detail::has_same_order<Dst, Src>) return isa::TRESHAPE(dst, src);
    static_assert(Dst::Loc == Src::Loc, "a reshaped tile stays in its memory");
    static_assert(checked::form_of<Dst>.bytes() == checked::form_of<Src>.bytes(),
                  "a reshaped tile has as many bytes as before");
    dst.data() = reinterpret_cast<typename Dst::TileDType>(src.data());
    return {};
}

template <typename Dst, typename Src>
RecordEvent TSUBVIEW(Dst& dst, Src& src, uint16_t row, uint16_t col, checked::Site site = {}) {
    checked::Call call("TSUBVIEW", site);
    if (!src.data()) call.refuses("unassigned", {checked::text("operand", "src")});
    const int64_t rows = dst.GetValidRow(), cols = dst.GetValidCol();
    if (row + rows > Src::Rows || col + cols > Src::Cols)
        checked::refuse_shape(call, "src", col + cols, Src::Cols, "the view lies within the tile");
    return isa::TSUBVIEW(dst, src, row, col);
}

}  // namespace pto
