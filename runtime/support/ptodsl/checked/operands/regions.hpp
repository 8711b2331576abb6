// The bytes of a tile's window as the hardware touches them: in the official order of elements, whole fractals where
// the memory has fractals.
#pragma once

#include <pto/checked/operand.hpp>
#include <pto/checked/shadow.hpp>

namespace pto::checked {

constexpr int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }

inline int64_t capacity_of(Space space) { return static_cast<int64_t>(machine::capacity[static_cast<int>(space)]); }

// Where a tile begins in its memory; outside of it where the tile was not placed.
inline int64_t start_of(const Operand& tile) {
    const size_t start = detail::start_of(static_cast<size_t>(tile->space));
    return static_cast<int64_t>(position_of(tile.data)) - static_cast<int64_t>(start);
}

// Lines of `run` bytes, one after another where there is no gap.
inline Region lines(Space space, int64_t start, int64_t run, int64_t count, int64_t pitch) {
    const uint64_t first = static_cast<uint64_t>(start);
    if (run == pitch || count == 1) return {space, first, run * count};
    return {space, first, run, {count, 1, 1, 1}, {pitch, 0, 0, 0}};
}

// Rows, or columns, of a tile without boxes. Each is rounded up to `line` bytes.
inline Region plain_region(const Operand& tile, Window window, int64_t line) {
    const bool by_rows = tile->is_row_major;
    const int64_t along = by_rows ? window.cols : window.rows, across = by_rows ? window.rows : window.cols;
    const int64_t pitch = (by_rows ? tile->cols : tile->rows) * tile->size;
    const int64_t line_of = by_rows ? window.row : window.col, place = by_rows ? window.col : window.row;
    const int64_t first = line_of * pitch + place * tile->size;
    return lines(tile->space, start_of(tile) + first, round_up(along * tile->size, line), across, pitch);
}

// Whole boxes: block rows of them where blocks are row-major, else block columns.
inline Region boxed_region(const Operand& tile, Window window) {
    const int64_t box = tile->box_rows * tile->box_cols * tile->size;
    const int64_t row = window.row / tile->box_rows, col = window.col / tile->box_cols;
    const int64_t rows = round_up(window.row + window.rows, tile->box_rows) / tile->box_rows - row;
    const int64_t cols = round_up(window.col + window.cols, tile->box_cols) / tile->box_cols - col;
    const int64_t block_rows = round_up(tile->rows, tile->box_rows) / tile->box_rows;
    const int64_t block_cols = tile->cols / tile->box_cols, start = start_of(tile);
    if (tile->is_row_major)
        return lines(tile->space, start + (row * block_cols + col) * box, cols * box, rows, block_cols * box);
    return lines(tile->space, start + (col * block_rows + row) * box, rows * box, cols, block_rows * box);
}

// `line`: what rows in UB are rounded up to, 1 for instructions of the vector unit.
inline Region region_of(const Operand& tile, Window window, int64_t line = 1) {
    if (tile->is_boxed) return boxed_region(tile, window);
    return plain_region(tile, window, tile->is_exact() ? line : 32);
}

// From the first byte of a region to its last; 0 where there are none.
inline int64_t reach_of(const Region& region) {
    int64_t reach = region.run;
    for (int i = 0; i < 4; ++i) reach = region.count[i] == 0 ? 0 : reach + (region.count[i] - 1) * region.pitch[i];
    return reach;
}

// Whether two regions of lines have a byte in common.
inline bool share_bytes(const Region& a, const Region& b) {
    const int64_t distance = static_cast<int64_t>(b.start - a.start);
    if (distance >= reach_of(a) || -distance >= reach_of(b)) return false;
    for (int64_t i = 0; i < a.count[0]; ++i) {
        const int64_t from = i * a.pitch[0] - distance, to = from + a.run;  // counted from b's first byte
        if (to <= 0 || from >= reach_of(b)) continue;
        const int64_t line = b.count[0] > 1 && from > 0 ? from / b.pitch[0] : 0;
        if (from < line * b.pitch[0] + b.run || (line + 1 < b.count[0] && to > (line + 1) * b.pitch[0])) return true;
    }
    return false;
}

// Bytes of global memory that follow one another are one run, whatever the order of dims. Four dims may be left; of
// five, the innermost is taken with its gaps.
inline Region region_of(const Global& window) {
    Region region{Space::Global, reinterpret_cast<uint64_t>(window.data), window.size};
    int64_t count[5], pitch[5];
    int left = 0;
    for (int dim = 0; dim < 5; ++dim)
        if (window.shape[dim] != 1) count[left] = window.shape[dim], pitch[left++] = window.stride[dim];
    for (int i = left - 1; i >= 0; --i) {
        if (pitch[i] != region.run) continue;
        region.run *= count[i];
        for (int j = i; j + 1 < left; ++j) count[j] = count[j + 1], pitch[j] = pitch[j + 1];
        i = --left;
    }
    if (left == 5) --left, region.run += (count[left] - 1) * pitch[left];
    for (int i = 0; i < left; ++i) region.count[i] = count[i], region.pitch[i] = pitch[i];
    return region;
}

// The shadow of a window from its first byte on; null where all of it counts as defined.
inline unsigned char* shadow_of(const Global& window) {
    const int64_t reach = reach_of(region_of(window));
    return reach > 0 ? global_shadow(window.data, reach) : nullptr;
}

}  // namespace pto::checked
