// The on-chip memories of one core: one set for each thread, aligned, of the largest part's sizes. What a program may
// use of them is the capacity of the part it is compiled for: A5 where PTODSL_ARCH_A5 is defined, else A2/A3.
#pragma once

#include "tile.hpp"

namespace pto {
namespace detail {

inline constexpr size_t kibibyte = 1024;
inline constexpr size_t memory_slack = 64;

struct Capacity {
    size_t a2a3;
    size_t a5;

#if defined(PTODSL_ARCH_A5)
    constexpr size_t chosen() const { return a5; }
#else
    constexpr size_t chosen() const { return a2a3; }
#endif
};

constexpr Capacity capacity_of(TileType memory) {
    switch (memory) {
        case TileType::Vec: return {192 * kibibyte, 256 * kibibyte};
        case TileType::Mat: return {512 * kibibyte, 512 * kibibyte};
        case TileType::Left: return {64 * kibibyte, 64 * kibibyte};
        case TileType::Right: return {64 * kibibyte, 64 * kibibyte};
        case TileType::Acc: return {128 * kibibyte, 256 * kibibyte};
        case TileType::Bias: return {1 * kibibyte, 4 * kibibyte};
        case TileType::Scaling: return {2 * kibibyte, 4 * kibibyte};
        default: return {0, 0};
    }
}

// One memory's bytes. Vectors may be fetched a little past the last element, hence the slack.
template <TileType Memory>
struct alignas(64) Bytes {
    unsigned char bytes[capacity_of(Memory).a5 + memory_slack];
};

struct OnChip {
    Bytes<TileType::Vec> ub;
    Bytes<TileType::Mat> l1;
    Bytes<TileType::Left> l0a;
    Bytes<TileType::Right> l0b;
    Bytes<TileType::Acc> l0c;
    Bytes<TileType::Bias> bias;
    Bytes<TileType::Scaling> scaling;
};

// Visible across shared libraries: a thread that runs kernels of many programs still has one set of memories.
__attribute__((visibility("default"))) inline thread_local OnChip on_chip;

template <TileType Memory>
PTO_INLINE unsigned char* memory_base() {
    if constexpr (Memory == TileType::Vec)
        return on_chip.ub.bytes;
    else if constexpr (Memory == TileType::Mat)
        return on_chip.l1.bytes;
    else if constexpr (Memory == TileType::Left)
        return on_chip.l0a.bytes;
    else if constexpr (Memory == TileType::Right)
        return on_chip.l0b.bytes;
    else if constexpr (Memory == TileType::Acc)
        return on_chip.l0c.bytes;
    else if constexpr (Memory == TileType::Bias)
        return on_chip.bias.bytes;
    else
        return on_chip.scaling.bytes;
}

template <typename Tile>
inline constexpr size_t tile_bytes = static_cast<size_t>(Tile::Numel) * sizeof(typename Tile::DType);

}  // namespace detail
}  // namespace pto
