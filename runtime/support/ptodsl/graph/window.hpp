// The tasks that are not done: those from the earliest of them to the last one submitted, and which are ready to run.
#pragma once

#include "lock.hpp"
#include "task.hpp"

namespace ptodsl {

class Window {
public:
    static constexpr int64_t size = 1024;

    bool is_full() const { return end_ - begin_ == size; }
    bool is_empty() const { return end_ == begin_; }
    int64_t submitted() const { return end_; }

    // Other threads may ask without the lock.
    int ready() const { return peek(ready_); }

    void restart() { begin_ = end_ = 0; }

    void enter(Submission* task) {
        task->number = end_++;
        at(task->number) = task;
    }

    void mark_ready(const Submission* task) {
        word(task->number) |= bit(task->number);
        poke(ready_, ready_ + 1);
    }

    void start(Submission* task) {
        word(task->number) &= ~bit(task->number);
        poke(ready_, ready_ - 1);
        task->has_started = true;
    }

    void leave(const Submission* task) {
        at(task->number) = nullptr;
        while (begin_ != end_ && at(begin_) == nullptr) ++begin_;
    }

    // Whether the task of that number has still to be run.
    bool is_to_come(int64_t number) {
        return number >= begin_ && number < end_ && at(number) != nullptr && !at(number)->has_started;
    }

    // The ready task after `earlier` others, in the order of submission; null where there are not so many.
    Submission* ready_after(int64_t earlier) {
        if (earlier >= ready_) return nullptr;
        int64_t start = begin_;
        uint64_t bits = word(start) >> (start & 63);
        while (true) {
            const int here = __builtin_popcountll(bits);
            if (earlier < here) break;
            earlier -= here;
            start += 64 - (start & 63);
            bits = word(start);
        }
        for (; earlier > 0; --earlier) bits &= bits - 1;
        return at(start + __builtin_ctzll(bits));
    }

private:
    Submission*& at(int64_t number) { return tasks_[number & (size - 1)]; }
    uint64_t& word(int64_t number) { return is_ready_[(number & (size - 1)) / 64]; }
    static uint64_t bit(int64_t number) { return uint64_t{1} << (number & 63); }

    int64_t begin_ = 0;
    int64_t end_ = 0;
    int ready_ = 0;
    uint64_t is_ready_[size / 64] = {};
    Submission* tasks_[size] = {};
};

}  // namespace ptodsl
