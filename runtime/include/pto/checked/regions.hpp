// The bytes of a tile's window as the hardware touches them: in the official order of elements, whole fractals where the
// memory has fractals. And the layout key, by which a reader knows whether the writer ordered elements as it does.
#pragma once

#include "shadow.hpp"

namespace pto::checked {

struct Window {
    int64_t row;
    int64_t col;
    int64_t rows;
    int64_t cols;
};

constexpr int64_t round_up(int64_t value, int64_t multiple) { return (value + multiple - 1) / multiple * multiple; }
constexpr int64_t round_down(int64_t value, int64_t multiple) { return value / multiple * multiple; }

template <typename Tile>
inline constexpr Space space_of = static_cast<Space>(static_cast<int>(Tile::Loc));

template <typename Tile>
inline constexpr int64_t element_bytes = sizeof(typename Tile::DType);

template <typename Tile>
inline constexpr int64_t physical_bytes = Tile::Rows * Tile::Cols * element_bytes<Tile>;

// Where a tile begins in its memory; outside of it where the tile was not placed.
template <typename Tile>
int64_t start_of(const Tile& tile) {
    constexpr size_t start = detail::start_of(static_cast<size_t>(Tile::Loc));
    return static_cast<int64_t>(position_of(tile.data())) - static_cast<int64_t>(start);
}

template <typename Tile>
Window valid_window(const Tile& tile) {
    return {0, 0, static_cast<int64_t>(tile.GetValidRow()), static_cast<int64_t>(tile.GetValidCol())};
}
template <typename Tile>
constexpr Window whole_window() {
    return {0, 0, Tile::Rows, Tile::Cols};
}

// Lines of `run` bytes, one after another where there is no gap.
inline Region lines(Space space, int64_t start, int64_t run, int64_t count, int64_t pitch) {
    const uint64_t first = static_cast<uint64_t>(start);
    if (run == pitch || count == 1) return {space, first, run * count};
    return {space, first, run, {count, 1, 1, 1}, {pitch, 0, 0, 0}};
}

// Rows, or columns, of a tile without boxes. Each is rounded up to `line` bytes.
template <typename Tile>
Region plain_region(const Tile& tile, Window window, int64_t line) {
    constexpr int64_t size = element_bytes<Tile>;
    const int64_t along = Tile::isRowMajor ? window.cols : window.rows;
    const int64_t across = Tile::isRowMajor ? window.rows : window.cols;
    constexpr int64_t pitch = (Tile::isRowMajor ? Tile::Cols : Tile::Rows) * size;
    const int64_t first = (window.row * Tile::RowStride + window.col * Tile::ColStride) * size;
    return lines(space_of<Tile>, start_of(tile) + first, round_up(along * size, line), across, pitch);
}

// Whole boxes: block rows of them where blocks are row-major, else block columns.
template <typename Tile>
Region boxed_region(const Tile& tile, Window window) {
    constexpr int64_t box = Tile::InnerNumel * element_bytes<Tile>;
    const int64_t row = window.row / Tile::InnerRows, col = window.col / Tile::InnerCols;
    const int64_t rows = round_up(window.row + window.rows, Tile::InnerRows) / Tile::InnerRows - row;
    const int64_t cols = round_up(window.col + window.cols, Tile::InnerCols) / Tile::InnerCols - col;
    constexpr int64_t block_rows = round_up(Tile::Rows, Tile::InnerRows) / Tile::InnerRows;
    constexpr int64_t block_cols = Tile::Cols / Tile::InnerCols;
    const int64_t start = start_of(tile);
    if constexpr (Tile::isRowMajor)
        return lines(space_of<Tile>, start + (row * block_cols + col) * box, cols * box, rows, block_cols * box);
    else
        return lines(space_of<Tile>, start + (col * block_rows + row) * box, rows * box, cols, block_rows * box);
}

// `line`: what rows in UB are rounded up to, 1 for instructions of the vector unit.
template <typename Tile>
Region region_of(const Tile& tile, Window window, int64_t line = 1) {
    if constexpr (Tile::isBoxedLayout)
        return boxed_region(tile, window);
    else
        return plain_region(tile, window, Tile::Loc == TileType::Vec ? line : 32);
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

// Rows one after another look alike through every type; anything else only through its own.
template <typename Tile>
inline constexpr uint64_t layout_key =
    Tile::isRowMajor && !Tile::isBoxedLayout
        ? 1
        : 2 | static_cast<uint64_t>(element_bytes<Tile>) << 4 | static_cast<uint64_t>(Tile::BFractal) << 8 |
              static_cast<uint64_t>(Tile::SFractal) << 9 | static_cast<uint64_t>(Tile::SFractalSize == 1024) << 11 |
              static_cast<uint64_t>(Tile::Rows) << 16 | static_cast<uint64_t>(Tile::Cols) << 40;

template <typename Tile>
inline constexpr bool has_layout_key = Tile::Loc == TileType::Mat || Tile::Loc == TileType::Left ||
                                       Tile::Loc == TileType::Right || Tile::Loc == TileType::Acc;

}  // namespace pto::checked
