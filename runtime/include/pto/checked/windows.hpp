// Windows of global memory: the bytes they are, row for row, and the shadow of what is undefined in them.
#pragma once

#include "../isa/load.hpp"
#include "rules.hpp"

namespace pto::checked {

// Bytes that follow one another are one run, whatever the order of dims. Four dims may be left; of five, the innermost
// is taken with its gaps.
template <typename Global>
Region region_of_window(const Global& window) {
    constexpr int64_t size = sizeof(typename Global::RawDType);
    Region region{Space::Global, reinterpret_cast<uint64_t>(window.data()), size};
    int64_t count[5], pitch[5];
    int left = 0;
    for (int dim = 0; dim < 5; ++dim)
        if (window.GetShape(dim) != 1) count[left] = window.GetShape(dim), pitch[left++] = window.GetStride(dim) * size;
    for (int i = left - 1; i >= 0; --i) {
        if (pitch[i] != region.run) continue;
        region.run *= count[i];
        for (int j = i; j + 1 < left; ++j) count[j] = count[j + 1], pitch[j] = pitch[j + 1];
        --left;
        i = left;
    }
    if (left == 5) --left, region.run += (count[left] - 1) * pitch[left];
    for (int i = 0; i < left; ++i) region.count[i] = count[i], region.pitch[i] = pitch[i];
    return region;
}

// The shadow of a window from its first byte on; null where all of it counts as defined.
inline unsigned char* shadow_of_window(const void* first, const Region& region) {
    const int64_t reach = reach_of(region);
    return reach > 0 ? global_shadow(first, reach) : nullptr;
}

// Shape against valid shape, at run time: a line's length, and how many lines all planes have.
template <typename Tile, typename Global>
void agree_window(Call& call, const char* operand, const Tile& tile, const Global& window) {
    int64_t shape[5];
    for (int dim = 0; dim < 5; ++dim) shape[dim] = window.GetShape(dim);
    const int64_t rows = tile.GetValidRow(), cols = tile.GetValidCol(), planes = shape[0] * shape[1] * shape[2];
    const char* by_rows = "the window's rows are the tile's valid rows";
    const char* by_cols = "the window's columns are the tile's valid columns";
    if constexpr (Global::layout == Layout::ND) {
        agree(call, operand, planes * shape[3], rows, by_rows);
        agree(call, operand, shape[4], cols, by_cols);
    } else if constexpr (Global::layout == Layout::DN) {
        agree(call, operand, shape[3], rows, by_rows);
        agree(call, operand, planes * shape[4], cols, by_cols);
    } else {
        agree(call, operand, shape[2] * shape[3], rows, by_rows);
        agree(call, operand, shape[0] * shape[1] * shape[4], cols, by_cols);
    }
}

template <typename Global>
void touch_window(Call& call, const char* operand, Effect effect, const Global& window) {
    if (!window.data()) return call.refuses("unassigned", {text("operand", operand)});
    const Region region = region_of_window(window);
    if (reach_of(region) <= 0) return;
    if (!call.is_refused() && !inside_parameters(call.op(), operand, effect, region, call.site())) call.is_not_carried_out();
    call.touches(operand, effect, region);
}

// Calls body(row, col, block, cells) for each piece of a tile that is evenly spaced in the window, `cells` counted from
// the window's first byte: the planes of ND and DN windows, the lines of 32 bytes (16 elements of an accumulator) of NZ.
template <typename Tile, typename Global, typename Body>
void each_piece(const Tile& tile, const Global& window, unsigned char* first, Body body) {
    constexpr int64_t size = sizeof(typename Global::RawDType);
    int64_t shape[5], pitch[5];
    for (int dim = 0; dim < 5; ++dim) shape[dim] = window.GetShape(dim), pitch[dim] = window.GetStride(dim) * size;
    if constexpr (Global::layout != Layout::NZ) {
        constexpr bool columns = Global::layout == Layout::DN;
        int64_t plane = 0;
        for (int64_t i = 0; i < shape[0]; ++i)
            for (int64_t j = 0; j < shape[1]; ++j)
                for (int64_t k = 0; k < shape[2]; ++k, ++plane)
                    body(columns ? 0 : plane * shape[3], columns ? plane * shape[4] : 0, Block{shape[3], shape[4]},
                         Cells{first + i * pitch[0] + j * pitch[1] + k * pitch[2], pitch[3], pitch[4], size});
    } else {
        const int64_t rows = tile.GetValidRow(), line = shape[4];
        for (int64_t i = 0; i < shape[0] * shape[1]; ++i)
            for (int64_t row = 0; row < rows; ++row)
                body(row, i * line, Block{1, line},
                     Cells{first + i / shape[1] * pitch[0] + i % shape[1] * pitch[1] + row / 16 * pitch[2] +
                               row % 16 * pitch[3], 0, size, size});
    }
}

}  // namespace pto::checked
