// Who touched the bytes of a memory, as far as a later instruction may still conflict with it.
//
// What is forgotten loses no kernel that has a hazard. A newer write that covers an access stands for it: whoever is not
// ordered after the access is not ordered after the write either, which is ordered after the access, shares its pipe, or
// has been reported. A newer read of the same bytes on the same pipe stands for a read, since flags cover all that a
// pipe was given before. And what every pipe waits for conflicts with nothing to come.
#pragma once

#include "access_list.hpp"

namespace pto::checked {

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
