// Which elements are defined, as blocks of shadow bytes. Nearly always all of them are: that is seen a line at a time, and
// the result is one fill. Only where something is undefined, elements are looked at one by one.
#pragma once

#include "../tile/layout.hpp"
#include "regions.hpp"

namespace pto::checked {

// The shadow of a block of elements. Pitches count bytes; one of 0 repeats the row, or the column, that there is.
struct Cells {
    unsigned char* first;
    int64_t row_pitch;
    int64_t col_pitch;
    int64_t size;  // bytes of an element

    unsigned char* at(int64_t row, int64_t col) const { return first + row * row_pitch + col * col_pitch; }
    Cells from(int64_t row, int64_t col) const { return {at(row, col), row_pitch, col_pitch, size}; }
};

struct Block {
    int64_t rows;
    int64_t cols;
};

inline bool all_defined(const unsigned char* bytes, int64_t count) {
    using Wide = unsigned char __attribute__((vector_size(32)));
    int64_t i = 0;
    Wide all = ~Wide{};
    for (; i + 32 <= count; i += 32) {
        Wide next;
        __builtin_memcpy(&next, bytes + i, 32);
        all &= next;
    }
    unsigned char rest = is_defined;
    for (int lane = 0; lane < 32; ++lane) rest &= all[lane];
    for (; i < count; ++i) rest &= bytes[i];
    return rest == is_defined;
}

// Calls body(bytes, count) for each line of bytes without a gap, until one gives false.
template <typename Body>
bool each_line(const Cells& cells, Block block, Body body) {
    const int64_t rows = cells.row_pitch == 0 ? 1 : block.rows, cols = cells.col_pitch == 0 ? 1 : block.cols;
    const bool by_rows = cells.col_pitch == cells.size || cols == 1;
    const bool by_cols = !by_rows && (cells.row_pitch == cells.size || rows == 1);
    const int64_t inner = by_rows ? cols : by_cols ? rows : 1;
    const int64_t count = by_cols ? cols : rows, pitch = by_cols ? cells.col_pitch : cells.row_pitch;
    if (inner > 1 && pitch == inner * cells.size) return body(cells.first, count * pitch);
    for (int64_t line = 0; line < count; ++line)
        for (int64_t i = 0; i < (by_rows || by_cols ? 1 : cols); ++i)
            if (!body(cells.first + line * pitch + i * cells.col_pitch, inner * cells.size)) return false;
    return true;
}

inline bool are_defined(const Cells& cells, Block block) {
    return each_line(cells, block, [](const unsigned char* bytes, int64_t count) { return all_defined(bytes, count); });
}

inline void set_all(const Cells& cells, Block block, unsigned char value) {
    each_line(cells, block, [value](unsigned char* bytes, int64_t count) {
        __builtin_memset(bytes, value, static_cast<size_t>(count));
        return true;
    });
}

inline bool is_element_defined(const unsigned char* bytes, int64_t size) {
    unsigned char all = is_defined;
    for (int64_t i = 0; i < size; ++i) all &= bytes[i];
    return all == is_defined;
}
inline void set_element(unsigned char* bytes, int64_t size, bool defined) {
    __builtin_memset(bytes, defined ? is_defined : is_undefined, static_cast<size_t>(size));
}

// An element of the result is defined where those of all operands are.
template <int Count>
void map_defined(const Cells& dst, Block block, const Cells (&src)[Count]) {
    bool all = true;
    for (const Cells& operand : src) all = all && are_defined(operand, block);
    if (all) return set_all(dst, block, is_defined);
    for (int64_t row = 0; row < block.rows; ++row)
        for (int64_t col = 0; col < block.cols; ++col) {
            bool defined = true;
            for (const Cells& operand : src) defined = defined && is_element_defined(operand.at(row, col), operand.size);
            set_element(dst.at(row, col), dst.size, defined);
        }
}

// An element of the result is defined where all of its row are. Turned pitches make it one of columns.
inline void reduce_defined(const Cells& dst, Block block, const Cells& src) {
    for (int64_t row = 0; row < block.rows; ++row)
        set_element(dst.at(row, 0), dst.size, are_defined(src.from(row, 0), {1, block.cols}));
}

inline Cells turned(const Cells& cells) { return {cells.first, cells.col_pitch, cells.row_pitch, cells.size}; }

// The shadow of a tile from an element on, in the library's own order of elements: a box of it where UB has boxes.
template <typename Tile>
Cells cells_of(const Tile& tile, int64_t row = 0, int64_t col = 0) {
    constexpr int64_t size = element_bytes<Tile>;
    unsigned char* first = shadow_of(tile.data()) + detail::element_offset<Tile>(static_cast<int>(row),
                                                                                static_cast<int>(col)) * size;
    if constexpr (!detail::is_byte_exact<Tile>)
        return {first, Tile::Cols * size, size, size};
    else if constexpr (!Tile::isBoxedLayout)
        return {first, Tile::RowStride * size, Tile::ColStride * size, size};
    else if constexpr (Tile::isInnerRowMajor)
        return {first, Tile::InnerCols * size, size, size};
    else
        return {first, size, Tile::InnerRows * size, size};
}

template <typename Tile>
inline constexpr bool has_even_cells = !detail::is_byte_exact<Tile> || !Tile::isBoxedLayout;

template <typename Tile>
Block valid_block(const Tile& tile) {
    return {static_cast<int64_t>(tile.GetValidRow()), static_cast<int64_t>(tile.GetValidCol())};
}

}  // namespace pto::checked
