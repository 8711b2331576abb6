// TASSIGN: binds a tile to an address in its memory, or a global tensor to a pointer.
#pragma once

#include "../tile/global_tensor.hpp"
#include "../tile/memory.hpp"

namespace pto {
namespace detail {

// An address is an offset in the tile's memory; beyond the largest memory it is a pointer into it, as data() gives.
template <typename Tile>
PTO_INLINE typename Tile::TileDType tile_pointer(uintptr_t address) {
    constexpr size_t reserved = capacity_of(Tile::Loc).a5;
    static_assert(reserved != 0, "this memory does not exist on the host");
    using Pointer = typename Tile::TileDType;
    if (address < reserved) return reinterpret_cast<Pointer>(memory_base<Tile::Loc>() + address);
    return reinterpret_cast<Pointer>(address);
}

}  // namespace detail

template <typename T, typename Address>
PTO_INST void TASSIGN(T& object, Address address) {
    if constexpr (is_global_data_v<T>)
        object.SetAddr(reinterpret_cast<typename T::DType*>(address));
    else
        object.data() = detail::tile_pointer<T>(static_cast<uintptr_t>(address));
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
    tile.data() = detail::tile_pointer<T>(Address);
}

}  // namespace pto
