// Who touched the bytes of a memory, as far as a later instruction may still conflict with it.
//
// What is forgotten loses no kernel that has a hazard. A newer write that covers an access stands for it: whoever is not
// ordered after the access is not ordered after the write either, which is ordered after the access, shares its pipe, or
// has been reported. A newer read of the same bytes on the same pipe stands for a read, since flags cover all that a
// pipe was given before. And what every pipe waits for conflicts with nothing to come.
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

class Accesses {
public:
    void clear() {
        reads_.clear();
        writes_.clear();
        limit_ = first_limit;
    }
    size_t size() const { return reads_.size() + writes_.size(); }
    bool is_crowded() const { return size() > limit_; }
    const AccessList& writes() const { return writes_; }

    // Calls body(access) for those that touch bytes of a range in a way that needs an order.
    template <typename Body>
    void for_each_conflict(Bytes range, Effect effect, const Body& body) const {
        writes_.for_each_meeting(range, [&](const Access& access) {
            if (effect != Effect::Add || access.effect != Effect::Add) body(access);
        });
        if (effect != Effect::Read) reads_.for_each_meeting(range, body);
    }

    void add(const Access& access) {
        if (access.effect == Effect::Read) {
            add_read(access);
            return;
        }
        if (access.effect == Effect::Write) {
            reads_.remove_covered(access.box);
            writes_.remove_covered(access.box);
        }
        writes_.add(access);
    }

    // Forgets what all pipes wait for, and looks again when there is twice as much.
    void thin_out(const Clock& everywhere) {
        reads_.remove_complete(everywhere);
        writes_.remove_complete(everywhere);
        limit_ = std::max(first_limit, 2 * size());
    }

private:
    static constexpr size_t first_limit = 64, slots = 64;

    void add_read(const Access& access) {
        const uint64_t mixed = (access.box.bytes.start * 31 + access.box.bytes.end) * 0x9e3779b97f4a7c15u;
        uint32_t& place = places_[(mixed >> 58) ^ static_cast<uint64_t>(access.pipe | access.is_elementwise << 3)];
        if (reads_.replace(place, access)) return;
        place = static_cast<uint32_t>(reads_.size());
        reads_.add(access);
    }

    AccessList reads_, writes_;
    uint32_t places_[slots] = {};  // where a read of bytes was put last: a guess, looked at before it is taken
    size_t limit_ = first_limit;
};

}  // namespace pto::checked
