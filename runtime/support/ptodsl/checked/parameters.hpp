// What a kernel was given of global memory, and whether it keeps to it.
#pragma once

#include <vector>

#include <pto/checked/kernel.hpp>

#include "box.hpp"
#include "findings.hpp"

namespace pto::checked {

class Parameters {
public:
    void set(const Parameter* parameters, int count) {
        known_.clear();
        for (int i = 0; i < count; ++i) known_.push_back({parameters[i], box_of(region_of(parameters[i]))});
    }

    // Reports a window that lies in no parameter, or is written in an input.
    bool judge(const char* op, const char* operand, Effect effect, const Region& region, Site site, Findings& findings) {
        if (known_.empty()) return true;
        const Box box = box_of(region);
        if (box.bytes.empty()) return true;
        const Known& nearest = nearest_to(box.bytes.start);
        const Bytes outside = first_outside(nearest.box, box);
        if (!outside.empty()) {
            report_outside(op, operand, nearest, outside, site, findings);
            return false;
        }
        if (effect == Effect::Read || nearest.parameter.use != Use::Reads) return true;
        const Field fields[] = {{"op", op, 0}, {"parameter", nearest.parameter.name, 0}};
        findings.add("write-to-input", site, fields, 2, {nullptr, 0});
        return false;
    }

    // The parameter that holds an address; null where none does.
    const Parameter* holding(uint64_t address) const {
        for (const Known& known : known_)
            if (known.box.bytes.holds({address, address + 1})) return &known.parameter;
        return nullptr;
    }

private:
    struct Known {
        Parameter parameter;
        Box box;
    };

    static Region region_of(const Parameter& parameter) {
        Region region{Space::Global, static_cast<uint64_t>(parameter.address), parameter.element_bytes};
        const int rank = parameter.rank;
        // The last dim is of elements that mostly follow one another; a region has a run and four dims.
        const bool is_dense = rank > 0 && parameter.strides[rank - 1] == 1;
        if (is_dense) region.run *= parameter.shape[rank - 1];
        for (int dim = 0; dim < std::min(rank - (is_dense ? 1 : 0), 4); ++dim) {
            region.count[dim] = parameter.shape[dim];
            region.pitch[dim] = parameter.strides[dim] * parameter.element_bytes;
        }
        return region;
    }

    const Known& nearest_to(uint64_t address) {
        if (last_ < known_.size() && known_[last_].box.bytes.holds({address, address + 1})) return known_[last_];
        for (size_t i = 0; i < known_.size(); ++i)
            if (last_ >= known_.size() || distance(known_[i], address) < distance(known_[last_], address)) last_ = i;
        return known_[last_];
    }
    static uint64_t distance(const Known& known, uint64_t address) {
        const Bytes& bytes = known.box.bytes;
        return address < bytes.start ? bytes.start - address : address < bytes.end ? 0 : address - bytes.end + 1;
    }

    static Bytes first_outside(const Box& parameter, const Box& window) {
        if (parameter.dims == 0 && parameter.bytes.holds(window.bytes)) return {0, 0};
        return boxes::first_of_runs(window, 0, window.bytes.start,
                                    [&](Bytes run) { return checked::first_outside(parameter, run); });
    }

    static void report_outside(const char* op, const char* operand, const Known& nearest, Bytes outside, Site site,
                               Findings& findings) {
        const int64_t size = nearest.parameter.element_bytes;
        const int64_t start = static_cast<int64_t>(outside.start - nearest.box.bytes.start);
        const int64_t end = static_cast<int64_t>(outside.end - nearest.box.bytes.start);
        const Field fields[] = {
            {"op", op, 0},
            {"operand", operand, 0},
            {"parameter", nearest.parameter.name, 0},
            {"start", nullptr, start >= 0 ? start / size : -((-start + size - 1) / size)},
            {"end", nullptr, end >= 0 ? (end + size - 1) / size : -(-end / size)},
            {"extent", nullptr, static_cast<int64_t>(nearest.box.bytes.end - nearest.box.bytes.start) / size},
        };
        findings.add("out-of-bounds", site, fields, 6, {nullptr, 0});
    }

    std::vector<Known> known_;
    size_t last_ = 0;
};

}  // namespace pto::checked
