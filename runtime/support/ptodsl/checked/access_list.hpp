// Accesses in no order, looked through by the bytes they touch.
#pragma once

#include <algorithm>
#include <vector>

#include "box.hpp"
#include "clock.hpp"

namespace pto::checked {

// What one instruction did to bytes.
struct Access {
    Box box;
    const char* op;
    const char* operand;
    Site site;
    uint64_t order;  // of issue, in the kernel
    Position position;
    pipe_t pipe;
    Effect effect;
    bool is_elementwise;
};

// Accesses with their ranges apart, which are looked at first: those of whole groups, then those of their members.
class AccessList {
public:
    size_t size() const { return ranges_.size(); }
    void clear() {
        groups_.clear();
        ranges_.clear();
        accesses_.clear();
    }
    void add(const Access& access) {
        if (size() % group_size == 0) groups_.push_back(access.box.bytes);
        ranges_.push_back(access.box.bytes);
        accesses_.push_back(access);
        widen(size() - 1);
    }

    // Calls body(access) for those whose range meets another.
    template <typename Body>
    void for_each_meeting(Bytes range, const Body& body) const {
        for_each_place(range, [&](size_t i) {
            if (ranges_[i].meets(range)) body(accesses_[i]);
            return false;
        });
    }
    template <typename Body>
    void for_each(const Body& body) const {
        for (const Access& access : accesses_) body(access);
    }

    void remove_covered(const Box& box) {
        for_each_place(box.bytes, [&](size_t i) {
            const bool is_covered = box.bytes.holds(ranges_[i]) && covers(box, accesses_[i].box);
            if (is_covered) remove(i);
            return is_covered;
        });
    }
    void remove_complete(const Clock& everywhere) {
        for (size_t i = 0; i < size();)
            if (everywhere.covers(accesses_[i].pipe, accesses_[i].position)) remove(i);
            else ++i;
    }

    // Puts an access into the place of an older one, if the two differ in nothing but when they were.
    bool replace(size_t place, const Access& access) {
        if (place >= size()) return false;
        Access& old = accesses_[place];
        const bool is_alike = old.pipe == access.pipe && old.is_elementwise == access.is_elementwise;
        if (!is_alike || !(old.box == access.box)) return false;
        old = access;
        return true;
    }

private:
    static constexpr size_t group_size = 32;

    // Calls body(place) for the members of groups that meet a range; where it is true the place has another member now.
    template <typename Body>
    void for_each_place(Bytes range, const Body& body) const {
        for (size_t group = 0; group < groups_.size(); ++group) {
            if (!groups_[group].meets(range)) continue;
            for (size_t i = group * group_size; i < std::min(size(), (group + 1) * group_size);)
                if (!body(i)) ++i;
        }
    }

    void widen(size_t i) {
        Bytes& group = groups_[i / group_size];
        group = {std::min(group.start, ranges_[i].start), std::max(group.end, ranges_[i].end)};
    }

    // The last one takes the place. Groups may stay wider than they need to be.
    void remove(size_t i) {
        ranges_[i] = ranges_.back();
        accesses_[i] = accesses_.back();
        widen(i);
        ranges_.pop_back();
        accesses_.pop_back();
        if (size() % group_size == 0) groups_.pop_back();
    }

    std::vector<Bytes> groups_;
    std::vector<Bytes> ranges_;
    std::vector<Access> accesses_;
};

}  // namespace pto::checked
