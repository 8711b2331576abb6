// TASSIGN: binds a tile to an address in its memory, or a global tensor to a pointer.
#pragma once

#include "../tile/global_tensor.hpp"
#include "../tile/memory.hpp"

namespace pto {
namespace detail {

// An address is an offset in the tile's memory; beyond the largest memory it is a pointer into it, as data() gives.
template <TileType Memory, typename T>
PTO_INLINE void place(TileData<Memory, T>& tile, uintptr_t address) {
    constexpr size_t start = start_of(static_cast<size_t>(Memory)), reserved = capacity_of(Memory).a5;
    static_assert(reserved != 0, "this memory does not exist on the host");
    tile.data() = reinterpret_cast<T*>(address < reserved ? on_chip.bytes + start + address
                                                          : reinterpret_cast<unsigned char*>(address));
}

}  // namespace detail

PTO_ISA {

template <TileType Memory, typename T>
PTO_INST void TASSIGN(detail::TileData<Memory, T>& tile, uintptr_t address) {
    detail::place(tile, address);
}

template <typename T, typename Address>
PTO_INST void TASSIGN(detail::GlobalData<T>& window, Address address) {
    window.SetAddr(reinterpret_cast<T*>(address));
}

template <size_t Address, typename T>
PTO_INST void TASSIGN(T& tile) {
    static_assert(is_tile_data_v<T>, "TASSIGN<address> places a tile; give a global tensor its pointer as an argument");
    constexpr size_t capacity = detail::capacity_of(T::Loc).chosen();
    static_assert(capacity != 0, "this architecture has no such memory");
    static_assert(detail::tile_bytes<T> <= capacity, "the tile is larger than its memory: use smaller tiles");
    static_assert(Address + detail::tile_bytes<T> <= capacity,
                  "the tile ends beyond its memory: place it lower, reuse bytes of a dead tile, or use smaller tiles");
    static_assert(Address % TileConfig::alignedSize == 0, "a tile's address is a multiple of 32 bytes");
    detail::place(tile, Address);
}

}  // namespace isa
}  // namespace pto
