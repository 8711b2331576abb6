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

inline constexpr size_t memory_count = static_cast<size_t>(TileType::Scaling) + 1;

// Where a memory begins, and for memory_count where all of them end. Vectors may be fetched a little past the last
// element, hence the slack.
constexpr size_t start_of(size_t memory) {
    size_t start = 0;
    for (size_t i = 0; i < memory; ++i) start += capacity_of(static_cast<TileType>(i)).a5 + memory_slack;
    return start;
}

struct alignas(64) OnChip {
    unsigned char bytes[start_of(memory_count)];
};

// Visible across shared libraries: a thread that runs kernels of many programs still has one set of memories.
__attribute__((visibility("default"))) inline thread_local OnChip on_chip;

template <typename Tile>
inline constexpr size_t tile_bytes = static_cast<size_t>(Tile::Numel) * sizeof(typename Tile::DType);

}  // namespace detail
}  // namespace pto
