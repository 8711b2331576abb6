// A task from its submission to its end, and what hangs on it.
#pragma once

#include <pto/base/ahead.hpp>

#include "arena.hpp"
#include "box.hpp"

namespace ptodsl {

struct Submission;

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
    bool is_announced;
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

// Records of one size, allocated by the chunk and kept. The last one given back is the next one taken: its lines are
// still in the cache.
template <typename Record, int per_chunk>
class Records {
public:
    // A record with any contents; null where there is no memory.
    Record* take(int64_t& allocated) {
        if (free_ == nullptr && !grow(allocated)) return nullptr;
        Record* record = free_;
        free_ = record->next;
        return record;
    }

    void give_back(Record* record) {
        record->next = free_;
        free_ = record;
    }

    void free_all() {
        while (chunks_ != nullptr) {
            Chunk* chunk = chunks_;
            chunks_ = chunk->next;
            std::free(chunk);
        }
        free_ = nullptr;
    }

private:
    struct Chunk {
        Chunk* next;
        Record records[per_chunk];
    };

    bool grow(int64_t& allocated) {
        Chunk* chunk = static_cast<Chunk*>(std::malloc(sizeof(Chunk)));
        if (chunk == nullptr) return false;
        allocated += static_cast<int64_t>(sizeof(Chunk));
        chunk->next = chunks_;
        chunks_ = chunk;
        for (int i = per_chunk; i > 0; --i) give_back(&chunk->records[i - 1]);
        return true;
    }

    Record* free_ = nullptr;
    Chunk* chunks_ = nullptr;
};

}  // namespace ptodsl
