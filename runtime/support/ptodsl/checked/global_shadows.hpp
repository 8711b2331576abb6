// The definedness of global memory that began undefined: a byte for each byte, as checked/shadow.hpp has for on-chip ones.
#pragma once

#include <map>
#include <vector>

#include <cstdint>

namespace pto::checked {

class GlobalShadows {
public:
    void clear() { buffers_.clear(); }

    // A buffer that begins undefined. What was known of its bytes, from an earlier use of them, is forgotten.
    void declare(uint64_t start, int64_t bytes) {
        if (bytes <= 0) return;
        const uint64_t end = start + static_cast<uint64_t>(bytes);
        cut(start);
        cut(end);
        buffers_.erase(buffers_.lower_bound(start), buffers_.lower_bound(end));
        buffers_.emplace(start, std::vector<unsigned char>(static_cast<size_t>(bytes)));
    }

    // The shadow of a range inside one buffer; null for any other.
    unsigned char* of(uint64_t start, int64_t bytes) {
        auto next = buffers_.upper_bound(start);
        if (next == buffers_.begin()) return nullptr;
        auto& [first, shadow] = *--next;
        const uint64_t offset = start - first;
        return offset + static_cast<uint64_t>(bytes) <= shadow.size() ? shadow.data() + offset : nullptr;
    }

private:
    // Makes a buffer that holds an address in its midst into two.
    void cut(uint64_t address) {
        auto next = buffers_.lower_bound(address);
        if (next == buffers_.begin()) return;
        auto& [first, shadow] = *--next;
        if (address >= first + shadow.size()) return;
        const auto middle = shadow.begin() + static_cast<int64_t>(address - first);
        buffers_.emplace(address, std::vector<unsigned char>(middle, shadow.end()));
        shadow.resize(address - first);
    }

    std::map<uint64_t, std::vector<unsigned char>> buffers_;
};

}  // namespace pto::checked
