// Fractal memories: who reads elements must order them as who wrote them did. Each 32 bytes remember the layout key
// of their last writer; the work of an instruction says what it writes, and asks of what it reads, when it is carried
// out.
#pragma once

#include <pto/checked/call.hpp>

#include "cells.hpp"

namespace pto::checked {

constexpr bool has_layout_key(const Form& form) {
    return form.space == Space::L1 || form.space == Space::L0A || form.space == Space::L0B || form.space == Space::L0C;
}

// Rows one after another look alike through every type; anything else only through its own.
constexpr uint64_t layout_key(const Form& form) {
    if (form.is_row_major && !form.is_boxed) return 1;
    const uint64_t boxes = !form.is_boxed ? 0 : form.has_row_major_boxes ? 1 : 2;
    return 2 | static_cast<uint64_t>(form.size) << 4 | static_cast<uint64_t>(!form.is_row_major) << 8 | boxes << 9 |
           static_cast<uint64_t>(form.has_wide_boxes) << 11 | static_cast<uint64_t>(form.rows) << 16 |
           static_cast<uint64_t>(form.cols) << 40;
}

template <typename Body>
void each_run(const Region& region, Body body) {
    for (int64_t i = 0; i < region.count[0]; ++i)
        body(static_cast<int64_t>(region.start) + i * region.pitch[0], region.run);
}

inline uint64_t* key_of(Space space, int64_t start) {
    return shadow.keys + (detail::start_of(static_cast<size_t>(space)) + static_cast<size_t>(start)) / key_bytes;
}

inline void mark_keys(const Region& region, uint64_t key) {
    each_run(region, [&](int64_t start, int64_t run) {
        uint64_t* keys = key_of(region.space, start);
        for (int64_t i = 0; i < run / key_bytes; ++i) keys[i] = key;
    });
}

// The first place whose bytes were written with another key; -1 where there is none.
inline int64_t other_key(const Region& region, uint64_t key, uint64_t& other) {
    int64_t found = -1;
    each_run(region, [&](int64_t start, int64_t run) {
        const uint64_t* keys = key_of(region.space, start);
        uint64_t difference = 0;
        for (int64_t i = 0; i < run / key_bytes; ++i) difference |= keys[i] ? keys[i] ^ key : 0;
        for (int64_t i = 0; difference && found < 0 && i < run / key_bytes; ++i)
            if (keys[i] && keys[i] != key) found = start + i * key_bytes, other = keys[i];
    });
    return found;
}

// "32x64 of 4 bytes, nz", of the key of a layout.
class LayoutName {
public:
    explicit LayoutName(uint64_t key) {
        constexpr const char* orders[] = {"nd", "dn", "zz", "nz", "zn", "nn"};
        const bool is_plain = key == 1;
        if (!is_plain) {
            append(static_cast<int64_t>(key >> 16 & 0xffffff));
            append("x");
            append(static_cast<int64_t>(key >> 40));
            append(" of ");
            append(static_cast<int64_t>(key >> 4 & 15));
            append(" bytes, ");
        }
        append(is_plain ? "rows" : orders[(key >> 9 & 3) * 2 + (key >> 8 & 1)]);
    }
    const char* get() const { return text_; }

private:
    void append(const char* word) {
        while (*word) text_[length_++] = *word++;
    }
    void append(int64_t value) {
        char digits[20];
        int count = 0;
        do digits[count++] = static_cast<char>('0' + value % 10);
        while (value /= 10);
        while (count) text_[length_++] = digits[--count];
    }

    char text_[96] = {};
    int length_ = 0;
};

inline void find_other_layout(const char* op, Site site, const char* operand, const Region& region, uint64_t key) {
    uint64_t other = 0;
    const int64_t start = other_key(region, key, other);
    if (start < 0) return;
    const LayoutName name(key), other_name(other);
    const Field fields[] = {text("op", op),
                            text("operand", operand),
                            text("memory", space_name(region.space)),
                            number("start", start),
                            text("layout", name.get()),
                            text("other_layout", other_name.get())};
    report("other-layout", site, fields, 6);
    mark_keys(region, key);
}

inline void read_layout(const char* op, Site site, const char* operand, const Operand& tile, Window window) {
    if (has_layout_key(*tile.form))
        find_other_layout(op, site, operand, region_of(tile, window), layout_key(*tile.form));
}
inline void write_layout(const Operand& tile, Window window) {
    if (has_layout_key(*tile.form)) mark_keys(region_of(tile, window), layout_key(*tile.form));
}

// Whole fractals are written: what surrounds the window in them is undefined now.
inline void undefine_around(const Operand& tile, Window window) {
    if (!has_layout_key(*tile.form)) return;
    const int64_t below = window.row + window.rows, beside = window.col + window.cols;
    const int64_t rows = detail::least(tile->rows, round_up(below, tile->box_rows));
    const int64_t cols = detail::least(tile->cols, round_up(beside, tile->box_cols));
    if (rows > below) set_all(cells_of(tile, below, window.col), {rows - below, cols - window.col}, is_undefined);
    if (cols > beside) set_all(cells_of(tile, window.row, beside), {window.rows, cols - beside}, is_undefined);
}

// A window of a tile was written: through its layout, in whole fractals.
inline void finish_write(const Operand& tile, Window window) {
    undefine_around(tile, window);
    write_layout(tile, window);
}

}  // namespace pto::checked
