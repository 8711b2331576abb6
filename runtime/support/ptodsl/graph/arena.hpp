// The memory of a graph: intermediates, and what large tasks need.
#pragma once

#include <ptodsl/orchestration.hpp>

#include <cstdlib>

namespace ptodsl {

class Graph;
struct Use;

// Memory that tensors of one launch share, behind this header. It goes back to its arena when the last tensor has gone
// and the last task that takes it is done. What a caller passed has a block too, for its uses: its bytes are elsewhere.
struct alignas(64) Block {
    Graph* graph;
    Block* next;         // in its list of free ones
    void* allocation;
    int64_t references;  // tensors: known to the orchestration's thread alone
    int64_t tasks;       // tasks that are not done
    Use* readers;        // the uses by those tasks
    Use* writers;
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
        Block* block = free_[size_class];
        if (block != nullptr) {
            free_[size_class] = block->next;
        } else {
            block = allocate(size_class);
            if (block == nullptr) return nullptr;
        }
        block->graph = graph;
        block->references = 1;
        block->is_abandoned = false;
        return block;
    }

    void give_back(Block* block) {
        block->next = free_[block->size_class];
        free_[block->size_class] = block;
    }

    void free_all() {
        for (Block*& first : free_) {
            while (first != nullptr) {
                Block* block = first;
                first = block->next;
                std::free(block->allocation);
            }
        }
    }

    int64_t allocated = 0;  // bytes, ever

private:
    static constexpr int size_classes = 4 * 48;

    static int class_of(size_t bytes) {
        if (bytes < alignof(Block)) bytes = alignof(Block);
        const int power = 63 - __builtin_clzll(bytes);
        const int size_class = 4 * power + static_cast<int>((bytes >> (power - 2)) & 3);
        return bytes_of(size_class) < bytes ? size_class + 1 : size_class;
    }

    static size_t bytes_of(int size_class) {
        return static_cast<size_t>(4 + (size_class & 3)) << (size_class / 4 - 2);
    }

    Block* allocate(int size_class) {
        const size_t bytes = bytes_of(size_class) + sizeof(Block) + alignof(Block);
        char* memory = static_cast<char*>(std::malloc(bytes));
        if (memory == nullptr) return nullptr;
        const size_t past = reinterpret_cast<uintptr_t>(memory) % alignof(Block);
        Block* block = reinterpret_cast<Block*>(memory + alignof(Block) - past);
        *block = Block();
        block->allocation = memory;
        block->size_class = size_class;
        allocated += static_cast<int64_t>(bytes);
        return block;
    }

    Block* free_[size_classes] = {};
};

}  // namespace ptodsl
