// Memory that is allocated, counted and kept until all of it goes.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace ptodsl {

// How many of a kind there are, are in use, and have been in use at once. When threads share the work, the last one
// differs from launch to launch; half as many again as have been seen are enough nearly always.
class Demand {
public:
    void add(int count) { there_ += count; }

    void take() {
        if (++used_ > most_) most_ = used_;
    }

    void give_back() { --used_; }

    bool is_short() const { return most_ > 0 && there_ < most_ + most_ / 2 + 2; }

private:
    int there_ = 0;
    int used_ = 0;
    int most_ = 0;
};

// Pieces of memory, each at the beginning of a cache line.
class Chunks {
public:
    static constexpr size_t line = 64;

    void* allocate(size_t bytes) {
        bytes += line + line - 1;  // the way to the next chunk, and what alignment may take
        void* memory = std::malloc(bytes);
        if (memory == nullptr) return nullptr;
        allocated_ += static_cast<int64_t>(bytes);
        *static_cast<void**>(memory) = first_;
        first_ = memory;
        return reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(memory) + line + line - 1) / line * line);
    }

    void free_all() {
        while (first_ != nullptr) {
            void* memory = first_;
            first_ = *static_cast<void**>(memory);
            std::free(memory);
        }
    }

    // Bytes, ever.
    int64_t allocated() const { return allocated_; }

private:
    void* first_ = nullptr;
    int64_t allocated_ = 0;
};

// Records of one size, allocated some at a time. The last one given back is the next one taken: its lines are still in
// the cache.
template <typename Record, int at_a_time>
class Records {
public:
    // A record with any contents; null where there is no memory.
    Record* take() {
        if (free_ == nullptr && !grow()) return nullptr;
        Record* record = free_;
        free_ = record->next;
        demand_.take();
        return record;
    }

    void give_back(Record* record) {
        demand_.give_back();
        add(record);
    }

    // Between launches, as an arena.
    void prepare() {
        while (demand_.is_short() && grow()) {
        }
    }

    void free_all() { chunks_.free_all(); }

    int64_t allocated() const { return chunks_.allocated(); }

private:
    bool grow() {
        Record* records = static_cast<Record*>(chunks_.allocate(at_a_time * sizeof(Record)));
        if (records == nullptr) return false;
        for (int i = at_a_time; i > 0; --i) add(&records[i - 1]);
        demand_.add(at_a_time);
        return true;
    }

    void add(Record* record) {
        record->next = free_;
        free_ = record;
    }

    Record* free_ = nullptr;
    Demand demand_;
    Chunks chunks_;
};

}  // namespace ptodsl
