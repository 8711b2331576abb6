// A task from its submission to its end, and what hangs on it.
#pragma once

#include <pto/base/ahead.hpp>

#include "arena.hpp"
#include "box.hpp"

namespace ptodsl {

struct Submission;
struct Worker;

// What a task does with the bytes of a block. While the task is not done, and no later writer has covered it, it is in
// the block's list of readers or writers.
struct Use {
    Use* next;
    Use** place;  // the pointer that leads to it; null when it is in no list
    Block* block;
    Submission* task;
    Box box;

    void enter(Use*& first) {
        next = first;
        place = &first;
        if (next != nullptr) next->place = &next;
        first = this;
    }

    void leave() {
        if (place == nullptr) return;
        *place = next;
        if (next != nullptr) next->place = place;
        place = nullptr;
    }
};

// A task that waits for the one whose list this is in.
struct Edge {
    Edge* next;
    Submission* to;
};

// Larger tasks have their slots and uses in a block.
struct Submission {
    static constexpr int usual_slots = 24;
    static constexpr int usual_uses = 6;

    Submission* next;  // in the list of free ones
    Task function;
    int64_t number;    // counted from 0 in the order of submission
    int waits;         // for so many tasks
    bool has_started;
    const Worker* told;  // the one that its cold inputs have been announced to
    Edge* successors;
    Edge** last_successor;
    int64_t newest_successor;
    const int64_t* slots;
    Use* uses;
    int used;
    int cold;          // inputs that no task writes, as ranges to be fetched ahead
    Block* spilled;
    pto_ahead_range ranges[pto_ahead_most];
    int64_t own_slots[usual_slots];
    Use own_uses[usual_uses];
};

}  // namespace ptodsl
