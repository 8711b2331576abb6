// Applies a lane operation to runs of elements and to tiles, element by element. The destination's valid shape says how
// many. Each element is rounded once, when it is stored.
//
// A destination may share its address with a source; other overlaps are undefined.
#pragma once

#include "../tile/layout.hpp"
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

// Row-major tiles of one valid shape. Full tiles are one run.
template <typename Operation, typename Dst, typename... Src>
PTO_INLINE void map_tiles(Operation operation, Dst& dst, const Src&... src) {
    const int rows = valid_rows(dst), cols = valid_cols(dst);
    if constexpr (has_full_rows<Dst> && ((has_full_rows<Src> && Src::Cols == Dst::Cols) && ...)) {
        map_run(operation, rows * Dst::Cols, dst.data(), src.data()...);
    } else {
        for (int row = 0; row < rows; ++row)
            map_run(operation, cols, element_address(dst, row, 0), element_address(src, row, 0)...);
    }
}

}  // namespace pto::detail
