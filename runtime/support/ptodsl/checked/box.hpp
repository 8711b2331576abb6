// Strided bytes in a normal form, and what two such have in common.
#pragma once

#include <algorithm>

#include <pto/checked/engine.hpp>

namespace pto::checked {

struct Bytes {
    uint64_t start;
    uint64_t end;

    bool empty() const { return start >= end; }
    bool holds(Bytes other) const { return start <= other.start && other.end <= end; }
    bool meets(Bytes other) const { return start < other.end && other.start < end; }
    Bytes common(Bytes other) const { return {std::max(start, other.start), std::min(end, other.end)}; }
};

// Runs of bytes along dims, the one of the widest pitch first. A box without dims is dense.
struct Box {
    Bytes bytes;  // from its first to its last
    uint64_t run = 0;
    int dims = 0;
    int64_t count[4] = {};
    uint64_t pitch[4] = {};

    bool operator==(const Box& other) const {
        return bytes.start == other.bytes.start && bytes.end == other.bytes.end && run == other.run &&
               has_pitches_of(other) && std::equal(count, count + dims, other.count);
    }
    bool has_pitches_of(const Box& other) const {
        return dims == other.dims && std::equal(pitch, pitch + dims, other.pitch);
    }
    int64_t runs() const {
        int64_t product = 1;
        for (int dim = 0; dim < dims; ++dim) product *= count[dim];
        return product;
    }
    // From the first to the last byte of what lies inside of a dim.
    uint64_t extent_inside(int dim) const {
        uint64_t sum = run;
        for (int inner = dim + 1; inner < dims; ++inner) sum += static_cast<uint64_t>(count[inner] - 1) * pitch[inner];
        return sum;
    }
};

namespace boxes {

// Takes in a dim that steps over everything that is already there.
inline void put_around(Box& box, int64_t count, uint64_t pitch) {
    int place = box.dims;
    for (; place > 0 && box.pitch[place - 1] < pitch; --place) {
        box.pitch[place] = box.pitch[place - 1];
        box.count[place] = box.count[place - 1];
    }
    box.pitch[place] = pitch;
    box.count[place] = count;
    ++box.dims;
}

// Runs that touch become one.
inline void close_gaps(Box& box) {
    while (box.dims > 0 && box.pitch[box.dims - 1] <= box.run) {
        --box.dims;
        box.run += static_cast<uint64_t>(box.count[box.dims] - 1) * box.pitch[box.dims];
    }
}

inline Bytes first_common(const Box& box, int dim, uint64_t start, Bytes range) {
    if (dim == box.dims) return Bytes{start, start + box.run}.common(range);
    const uint64_t extent = box.extent_inside(dim), pitch = box.pitch[dim];
    if (range.end <= start) return {0, 0};
    const uint64_t first = range.start < start + extent ? 0 : (range.start - start - extent) / pitch + 1;
    const uint64_t last = std::min<uint64_t>((range.end - 1 - start) / pitch, static_cast<uint64_t>(box.count[dim] - 1));
    for (uint64_t i = first; i <= last; ++i) {
        const Bytes found = first_common(box, dim + 1, start + i * pitch, range);
        if (!found.empty()) return found;
    }
    return {0, 0};
}

// Calls body(run) for each run in turn until it gives bytes that are not empty, which are then the result.
template <typename Body>
Bytes first_of_runs(const Box& box, int dim, uint64_t start, const Body& body) {
    if (dim == box.dims) return body(Bytes{start, start + box.run});
    for (int64_t i = 0; i < box.count[dim]; ++i) {
        const Bytes found = first_of_runs(box, dim + 1, start + static_cast<uint64_t>(i) * box.pitch[dim], body);
        if (!found.empty()) return found;
    }
    return {0, 0};
}

}  // namespace boxes

inline Box box_of(const Region& region) {
    Box box;
    uint64_t start = region.start;
    bool is_empty = region.run <= 0;
    for (int dim = 0; dim < 4; ++dim) is_empty |= region.count[dim] <= 0;
    if (is_empty) return box;
    box.run = static_cast<uint64_t>(region.run);
    for (int dim = 0; dim < 4; ++dim) {
        const int64_t count = region.count[dim], pitch = region.pitch[dim];
        if (count == 1 || pitch == 0) continue;
        if (pitch < 0) start -= static_cast<uint64_t>((count - 1) * -pitch);
        boxes::put_around(box, count, static_cast<uint64_t>(pitch < 0 ? -pitch : pitch));
    }
    boxes::close_gaps(box);
    box.bytes = {start, start + box.extent_inside(-1)};
    return box;
}

// The first bytes of a range that lie in a box.
inline Bytes common(const Box& box, Bytes range) { return boxes::first_common(box, 0, box.bytes.start, range); }

// Some bytes of both; empty where there are none.
inline Bytes common(const Box& a, const Box& b) {
    if (!a.bytes.meets(b.bytes)) return {0, 0};
    const bool a_is_simpler = a.runs() <= b.runs();
    const Box &simple = a_is_simpler ? a : b, &other = a_is_simpler ? b : a;
    return boxes::first_of_runs(simple, 0, simple.bytes.start, [&](Bytes run) { return common(other, run); });
}

// Whether the second lies in the first, as far as one look tells.
inline bool covers(const Box& a, const Box& b) { return a.dims == 0 ? a.bytes.holds(b.bytes) : a == b; }

// The first part of a range that lies in no run of a box.
inline Bytes first_outside(const Box& box, Bytes range) {
    while (!range.empty()) {
        const Bytes inside = common(box, range);
        if (inside.empty()) return range;
        if (inside.start > range.start) return {range.start, inside.start};
        range.start = inside.end;
    }
    return {0, 0};
}

}  // namespace pto::checked
