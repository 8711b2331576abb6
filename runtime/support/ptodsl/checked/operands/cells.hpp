// Which elements are defined, as blocks of shadow bytes. Nearly always all of them are: that is seen a line at a
// time, and the result is one fill. Only where something is undefined, elements are looked at one by one.
#pragma once

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
    constexpr int words = 8;
    uint64_t all[words];
    __builtin_memset(all, is_defined, sizeof(all));
    int64_t i = 0;
    for (; i + static_cast<int64_t>(sizeof(all)) <= count; i += sizeof(all)) {
        uint64_t next[words];
        __builtin_memcpy(next, bytes + i, sizeof(next));
#pragma GCC unroll 8
        for (int word = 0; word < words; ++word) all[word] &= next[word];
    }
    unsigned char rest = is_defined;
    for (; i < count; ++i) rest &= bytes[i];
    for (int word = 1; word < words; ++word) all[0] &= all[word];
    return all[0] == ~uint64_t{0} && rest == is_defined;
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
inline void map_defined(const Cells& dst, Block block, const Cells* src, int count) {
    bool all = true;
    for (int i = 0; i < count; ++i) all = all && are_defined(src[i], block);
    if (all) return set_all(dst, block, is_defined);
    for (int64_t row = 0; row < block.rows; ++row)
        for (int64_t col = 0; col < block.cols; ++col) {
            bool defined = true;
            for (int i = 0; i < count; ++i)
                defined = defined && is_element_defined(src[i].at(row, col), src[i].size);
            set_element(dst.at(row, col), dst.size, defined);
        }
}

// An element of the result is defined where all of its row are. Turned pitches make it one of columns.
inline void reduce_defined(const Cells& dst, Block block, const Cells& src) {
    for (int64_t row = 0; row < block.rows; ++row)
        set_element(dst.at(row, 0), dst.size, are_defined(src.from(row, 0), {1, block.cols}));
}

inline Cells turned(const Cells& cells) { return {cells.first, cells.col_pitch, cells.row_pitch, cells.size}; }

// Where the library keeps an element, counted in elements from the tile's first.
inline int64_t element_offset(const Form& form, int64_t row, int64_t col) {
    if (!form.is_exact()) return row * form.cols + col;
    if (!form.is_boxed) return form.is_row_major ? row * form.cols + col : col * form.rows + row;
    const int64_t block_row = row / form.box_rows, inner_row = row % form.box_rows;
    const int64_t block_col = col / form.box_cols, inner_col = col % form.box_cols, box = form.box_rows * form.box_cols;
    const int64_t block = form.is_row_major ? block_row * form.cols * form.box_rows + block_col * box
                                            : block_col * form.rows * form.box_cols + block_row * box;
    return block + (form.has_row_major_boxes ? inner_row * form.box_cols + inner_col
                                             : inner_col * form.box_rows + inner_row);
}

// The shadow of a tile from an element on: as far as a box goes where UB has boxes.
inline Cells cells_of(const Operand& tile, int64_t row = 0, int64_t col = 0) {
    const Form& form = *tile.form;
    const int64_t size = form.size;
    unsigned char* first = shadow_of(tile.data) + element_offset(form, row, col) * size;
    if (!form.is_exact() || (!form.is_boxed && form.is_row_major)) return {first, form.cols * size, size, size};
    if (!form.is_boxed) return {first, size, form.rows * size, size};
    if (form.has_row_major_boxes) return {first, form.box_cols * size, size, size};
    return {first, size, form.box_rows * size, size};
}

inline Block valid_block(const Operand& tile) { return {tile.rows, tile.cols}; }

// Calls body(row, col, block) for pieces of a window that are evenly spaced in all tiles: one where no tile in UB has
// boxes, else each element.
template <typename Body>
void each_even_piece(bool is_even, Block block, Body body) {
    if (is_even) return body(0, 0, block);
    for (int64_t row = 0; row < block.rows; ++row)
        for (int64_t col = 0; col < block.cols; ++col) body(row, col, Block{1, 1});
}

}  // namespace pto::checked
