// The memory of a graph: intermediates, and what large tasks need.
#pragma once

#include <ptodsl/orchestration.hpp>

#include "supply.hpp"

namespace ptodsl {

class Graph;
struct Use;

// Memory that tensors of one launch share, behind this header. It goes back to its arena when the last tensor has gone
// and the last task that takes it is done. What a caller passed has a block too, for its uses: its bytes are elsewhere.
struct alignas(64) Block {
    Graph* graph;
    Block* next;         // in a list of those that nobody uses any more
    int64_t references;  // tensors: known to the orchestration's thread alone
    int64_t tasks;       // tasks that are not done
    Use* readers;        // the uses by those tasks
    Use* writers;
    const void* user;    // the worker that ran the last task on it: the bytes are in its caches
    int32_t size_class;
    bool is_abandoned;   // no tensor is left

    void* data() { return this + 1; }
};

// Keeps the memory of what has been freed, so that a program which has run once allocates nothing when it runs again.
// Sizes are rounded up to a quarter of their power of two, so that blocks of like sizes can serve one another.
class Arena {
public:
    // A block of at least so many bytes that one tensor refers to; null where there is no memory.
    Block* take(Graph* graph, size_t bytes) {
        const int size_class = class_of(bytes);
        if (size_class >= size_classes) return nullptr;
        Block*& first = free_[size_class];
        if (first == nullptr && !grow(size_class)) return nullptr;
        Block* block = first;
        first = block->next;
        demand_[size_class].take();
        block->graph = graph;
        block->references = 1;
        block->is_abandoned = false;
        return block;
    }

    // Whether a block of so many bytes is at hand.
    bool has(size_t bytes) const {
        const int size_class = class_of(bytes);
        return size_class < size_classes && free_[size_class] != nullptr;
    }

    void give_back(Block* block) {
        demand_[block->size_class].give_back();
        add(block);
    }

    // Between launches: lays in some more of what the last one needed, where it needed more than any before it.
    void prepare() {
        if (prepared_ == chunks_.allocated()) return;
        for (int size_class = smallest; size_class < size_classes; ++size_class) {
            if (bytes_of(size_class) <= most_to_lay_in) lay_in(size_class);
        }
        prepared_ = chunks_.allocated();
    }

    void free_all() { chunks_.free_all(); }

    // Bytes, ever.
    int64_t allocated() const { return chunks_.allocated(); }

private:
    static constexpr int size_classes = 4 * 48;
    static constexpr size_t most_to_lay_in = size_t{1} << 20;

    static constexpr int smallest = 4 * 6;  // a line

    static int class_of(size_t bytes) {
        if (bytes <= alignof(Block)) return smallest;
        const int power = 63 - __builtin_clzll(bytes);
        const int size_class = 4 * power + static_cast<int>((bytes >> (power - 2)) & 3);
        return bytes_of(size_class) < bytes ? size_class + 1 : size_class;
    }

    static size_t bytes_of(int size_class) {
        return static_cast<size_t>(4 + (size_class & 3)) << (size_class / 4 - 2);
    }

    // Behind those that are there, whose memory is in the caches.
    void lay_in(int size_class) {
        Block** last = &free_[size_class];
        while (*last != nullptr) last = &(*last)->next;
        Block* before = free_[size_class];
        free_[size_class] = nullptr;
        while (demand_[size_class].is_short() && grow(size_class)) {
        }
        if (before == nullptr) return;
        *last = free_[size_class];
        free_[size_class] = before;
    }

    bool grow(int size_class) {
        Block* block = static_cast<Block*>(chunks_.allocate(sizeof(Block) + bytes_of(size_class)));
        if (block == nullptr) return false;
        *block = Block();
        block->size_class = size_class;
        demand_[size_class].add(1);
        add(block);
        return true;
    }

    void add(Block* block) {
        block->next = free_[block->size_class];
        free_[block->size_class] = block;
    }

    Block* free_[size_classes] = {};
    Demand demand_[size_classes] = {};
    Chunks chunks_;
    int64_t prepared_ = 0;  // the bytes that had been allocated when it was last prepared
};

}  // namespace ptodsl
