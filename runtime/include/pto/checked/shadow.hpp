// What is known of each byte on chip: whether it is defined, and through which layout it was written. One set for
// each thread, beside the memories themselves and ordered like them.
#pragma once

#include "../isa/assign.hpp"
#include "engine.hpp"

namespace pto::checked {

inline constexpr unsigned char is_undefined = 0, is_defined = 0xff;

inline constexpr int64_t key_bytes = 32;  // a layout key stands for so many
inline constexpr size_t on_chip_bytes = sizeof(detail::OnChip);

struct alignas(64) Shadow {
    unsigned char bytes[on_chip_bytes];
    uint64_t keys[on_chip_bytes / key_bytes];
    // How far each memory has been written. Nothing beyond has changed since all was forgotten.
    size_t used[detail::memory_count];
};

__attribute__((visibility("default"))) inline thread_local Shadow shadow;

inline size_t position_of(const void* data) {
    return static_cast<size_t>(static_cast<const unsigned char*>(data) - detail::on_chip.bytes);
}
// The shadow of data on chip.
inline unsigned char* shadow_of(const void* data) { return shadow.bytes + position_of(data); }

// Bytes up to `end`, counted from the memory's first, may change.
inline void use(Space memory, int64_t end) {
    size_t& used = shadow.used[static_cast<int>(memory)];
    if (used < static_cast<size_t>(end)) used = static_cast<size_t>(end);
}

// As at the start of a kernel: all is undefined, and was written through no layout.
inline void forget_on_chip() {
    for (size_t memory = 0; memory < detail::memory_count; ++memory) {
        const size_t start = detail::start_of(memory), used = shadow.used[memory];
        __builtin_memset(shadow.bytes + start, is_undefined, used);
        __builtin_memset(shadow.keys + start / key_bytes, 0, (used + key_bytes - 1) / key_bytes * sizeof(uint64_t));
        shadow.used[memory] = 0;
    }
}

}  // namespace pto::checked
