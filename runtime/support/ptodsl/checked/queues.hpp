// What stands behind a wait that has no token yet: a flag may be waited for before it is set.
#pragma once

#include <deque>

#include "held.hpp"
#include "tokens.hpp"

namespace pto::checked {

struct Entry {
    enum class Kind { Instruction, Set, Wait, Barrier };

    Kind kind;
    uint64_t issue;  // its place in the order of issue
    Site site;
    Flag flag{};                // of a set or wait
    Instruction instruction{};  // and its work
    Held work{};
};

// The entries of one pipe; the first of them is a wait.
class Queue {
public:
    bool is_blocked() const { return !entries_.empty(); }
    Entry& front() { return entries_.front(); }
    const Entry& front() const { return entries_.front(); }
    void put(Entry entry) { entries_.push_back(std::move(entry)); }
    Entry take() {
        Entry entry = std::move(entries_.front());
        entries_.pop_front();
        return entry;
    }
    void clear() {
        if (!entries_.empty()) entries_.clear();
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

class Queues {
public:
    Queue& operator[](pipe_t pipe) { return queues_[pipe]; }
    void clear() {
        for (Queue& queue : queues_) queue.clear();
    }

    // The wait that another one is owed to: its own set is queued nowhere, or it is the first of a circle of waits.
    const Entry& cause_of(const Entry& wait) const {
        const Entry* cause = &wait;
        bool is_seen[pipe_count] = {};
        while (is_circular(*cause) && !is_seen[cause->flag.source]) {
            is_seen[cause->flag.source] = true;
            cause = &before(*cause);
        }
        const Entry* first = cause;
        if (is_circular(*cause))
            for (const Entry* next = &before(*cause); next != cause; next = &before(*next))
                if (next->issue < first->issue) first = next;
        return *first;
    }
    // Whether a wait's set is queued, which is then behind another wait.
    bool is_circular(const Entry& wait) const { return queues_[wait.flag.source].sets(wait.flag); }

private:
    // The wait behind which a set is queued that another wait needs.
    const Entry& before(const Entry& wait) const { return queues_[wait.flag.source].front(); }

    Queue queues_[pipe_count];
};

}  // namespace pto::checked
