// GetValue and SetValue, checked: ordered like instructions of the scalar unit, and what is read has to be defined.
#pragma once

#include <pto/checked/call.hpp>
#include <pto/checked/scalar.hpp>

#include "cells.hpp"

namespace pto::checked {

// The bytes of an element in UB; a run of 0 where there are none, which is reported.
inline Region element_region(const char* op, const void* tile, int64_t offset, int64_t bytes, Site site) {
    const int64_t capacity = capacity_of(Space::UB);
    const int64_t start = static_cast<int64_t>(position_of(tile)) + offset * bytes;
    if (tile && start >= 0 && start + bytes <= capacity) return {Space::UB, static_cast<uint64_t>(start), bytes};
    const Field fields[] = {text("op", op),          text("operand", "tile"),      text("memory", "UB"),
                            number("start", start), number("end", start + bytes), number("capacity", capacity)};
    report(tile ? "out-of-capacity" : "unassigned", site, fields, tile ? 6 : 2);
    return {Space::UB, 0, 0};
}

bool may_read(const void* tile, int64_t offset, int64_t bytes, Site site) {
    const Region region = element_region("GetValue", tile, offset, bytes, site);
    if (region.run == 0) return false;
    scalar_access({"tile", Effect::Read, region}, site);
    unsigned char* known = shadow.bytes + region.start;
    use(Space::UB, static_cast<int64_t>(region.start) + bytes);
    if (is_element_defined(known, bytes)) return true;
    const Field fields[] = {text("op", "GetValue"), text("operand", "tile"), number("row", 0), number("column", offset),
                            number("count", 1)};
    report("undefined-read", site, fields, 5);
    set_element(known, bytes, true);
    return true;
}

// As many bytes as an element has at most.
struct Element {
    unsigned char bytes[8];
};

void write_element(void* tile, int64_t offset, const void* value, int64_t bytes, Site site) {
    const Region region = element_region("SetValue", tile, offset, bytes, site);
    if (region.run == 0) return;
    use(Space::UB, static_cast<int64_t>(region.start) + bytes);
    unsigned char* place = static_cast<unsigned char*>(tile) + offset * bytes;
    Element element;
    __builtin_memcpy(element.bytes, value, static_cast<size_t>(bytes));
    auto write = [place, element, bytes] {
        __builtin_memcpy(place, element.bytes, static_cast<size_t>(bytes));
        set_element(shadow_of(place), bytes, true);
    };
    scalar_access({"tile", Effect::Write, region}, site, work_of(write));
}

}  // namespace pto::checked
