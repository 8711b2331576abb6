// What stands behind a wait that has no token yet: a flag may be waited for before it is set.
#pragma once

#include <deque>

#include "tokens.hpp"

namespace pto::checked {

struct Entry {
    enum class Kind { Instruction, Set, Wait, Barrier };

    Kind kind;
    uint64_t issue;  // its place in the order of issue
    Site site;
    Flag flag{};                // of a set or wait
    Instruction instruction{};  // and its work
    Work* work = nullptr;
};

// The entries of one pipe; the first of them is a wait.
class Queue {
public:
    bool is_blocked() const { return !entries_.empty(); }
    Entry& front() { return entries_.front(); }
    const Entry& front() const { return entries_.front(); }
    Entry& put(const Entry& entry) {
        entries_.push_back(entry);
        return entries_.back();
    }
    Entry take() {
        Entry entry = entries_.front();
        entries_.pop_front();
        return entry;
    }
    void clear() {
        if (entries_.empty()) return;
        for (const Entry& entry : entries_) delete entry.work;
        entries_.clear();
    }

    bool sets(Flag flag) const {
        for (const Entry& entry : entries_)
            if (entry.kind == Entry::Kind::Set && entry.flag == flag) return true;
        return false;
    }
    int64_t instructions() const {
        int64_t count = 0;
        for (const Entry& entry : entries_) count += entry.kind == Entry::Kind::Instruction;
        return count;
    }

private:
    std::deque<Entry> entries_;
};

}  // namespace pto::checked
