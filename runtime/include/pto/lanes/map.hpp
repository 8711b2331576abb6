// Applies a lane operation to rows of elements, element by element. Each element is rounded once, when it is stored.
//
// A destination may share its address with a source; other overlaps are undefined.
#pragma once

#include "lanes.hpp"

namespace pto::detail {

// One vector of each operand: as many lanes as the widest of them allows.
template <typename... T>
constexpr int common_lanes() {
    int count = vector_bytes;
    ((count = least(count, native_lanes<T>)), ...);
    return count;
}

template <typename Operation, typename Dst, typename... Src>
PTO_INLINE void map_run(Operation operation, int count, Dst* dst, const Src*... src) {
    constexpr int lanes = common_lanes<Dst, Src...>();
    int i = 0;
    for (; i + lanes <= count; i += lanes)
        store_lanes<Dst, lanes>(dst + i, operation(load_lanes<Src, lanes>(src + i)...));
    if (i < count)
        store_first<Dst, lanes>(dst + i, operation(load_first<Src, lanes>(src + i, count - i)...), count - i);
}

struct Extent {
    int rows;
    int cols;
};

// The first of some rows, and how far apart they begin.
template <typename T>
struct Rows {
    T* first;
    int64_t pitch;
};

// Exactly these bytes are read and written. No row overlaps with the one that it is copied to, but may be that one.
PTO_BODY void copy_row_bytes(char* to, int64_t to_pitch, const char* from, int64_t from_pitch, int rows,
                             int64_t bytes) {
    if (to_pitch == bytes && from_pitch == bytes) {
        __builtin_memmove(to, from, rows * bytes);
        return;
    }
    for (int row = 0; row < rows; ++row, to += to_pitch, from += from_pitch) {
        int64_t i = 0;
        for (; i + vector_bytes <= bytes; i += vector_bytes) __builtin_memcpy(to + i, from + i, vector_bytes);
        if (i < bytes) __builtin_memcpy(to + i, from + i, bytes - i);
    }
}

template <typename T>
PTO_INLINE void copy_rows(T* to, int64_t to_pitch, const T* from, int64_t from_pitch, Extent extent) {
    constexpr int size = sizeof(T);
    copy_row_bytes(reinterpret_cast<char*>(to), to_pitch * size, reinterpret_cast<const char*>(from),
                   from_pitch * size, extent.rows, int64_t{extent.cols} * size);
}

// Rows without a gap between them are one row.
template <typename... T>
PTO_INLINE Extent without_gaps(Extent extent, Rows<T>... operands) {
    const bool is_flat = ((operands.pitch == extent.cols) && ...);
    return is_flat ? Extent{1, extent.rows * extent.cols} : extent;
}

template <typename Operation, typename Dst, typename... Src>
PTO_INLINE void map_rows(Operation operation, Extent extent, Rows<Dst> dst, Rows<Src>... src) {
    extent = without_gaps(extent, dst, src...);
    for (int row = 0; row < extent.rows; ++row)
        map_run(operation, extent.cols, dst.first + row * dst.pitch, (src.first + row * src.pitch)...);
}

// As many elements as fill whole vectors, side by side.
template <typename Operation, typename Dst, typename... Src>
PTO_INLINE void map_whole(Operation operation, int count, Dst* dst, const Src*... src) {
    constexpr int lanes = common_lanes<Dst, Src...>();
#pragma GCC unroll 4
    for (int i = 0; i < count; i += lanes)
        store_lanes<Dst, lanes>(dst + i, operation(load_lanes<Src, lanes>(src + i)...));
}

template <typename Operation, typename Dst, typename... Src>
PTO_BODY void map_body(Operation operation, Extent extent, Rows<Dst> dst, Rows<Src>... src) {
    map_rows(operation, extent, dst, src...);
}

}  // namespace pto::detail
