// When the work of instructions is done: at once in program order, or out of it, in any order that the flags allow.
//
// Each instruction comes with the clock of what is complete before it starts, so any order will do that keeps to the
// clocks, and flags need not be looked at again. Of one pipe, too, whatever no clock orders may change places.
#pragma once

#include <vector>

#include <ptodsl/checked/control.hpp>

#include "clock.hpp"
#include "held.hpp"

namespace pto::checked {

enum class Policy : int { Program, Lazy, Eager, Random };

class Schedule {
public:
    void start(Policy policy, uint64_t seed) {
        policy_ = policy;
        random_ = seed * 0x9e3779b97f4a7c15u + 1;
        for (Queue& queue : queues_) queue = Queue();
        pending_ = 0;
    }

    // As before a kernel: nothing has been done.
    void clear() {
        run_all();
        for (Queue& queue : queues_) queue = Queue();
    }

    // Takes an instruction of a pipe, in the order of its queue. One without work is a read of the scalar unit, which does
    // that itself, and sees what it has written itself; others see it when flags say so.
    void add(pipe_t pipe, Position position, const Clock& before, const Work& work) {
        Queue& queue = queues_[pipe];
        const bool is_read = pipe == PIPE_S && !work.run;
        if (pipe == PIPE_S) reach(before);
        if (is_read) complete(PIPE_S, queue.taken);
        queue.taken = position + 1;
        if (is_read || policy_ == Policy::Program) return carry_out(work);
        queue.items.push_back({position, before, Held(work)});
        if (++pending_ > most_pending) run_one();
    }

    void run_all() {
        while (pending_ > 0) run_one();
    }

private:
    // As many instructions are looked at; with more of them waiting, one has to go.
    static constexpr size_t most_pending = 1024;

    struct Item {
        Position position;
        Clock before;
        Held work;
    };
    struct Queue {
        std::vector<Item> items;  // what has not been done, in order
        size_t ready = 0;         // so many of them may be done, as far as is known
        Position taken = 0;

        Position complete() const { return items.empty() ? taken : items.front().position; }
    };

    // Before the scalar unit looks at memory: what it has waited for is done, and as much more as the policy likes.
    void reach(const Clock& clock) {
        if (pending_ == 0) return;
        for (pipe_t pipe = 0; pipe < pipe_count; ++pipe) complete(pipe, clock.complete[pipe]);
        if (policy_ == Policy::Eager) run_all();
        if (policy_ == Policy::Random)
            for (uint64_t left = draw(pending_ + 1); left > 0; --left) run_one();
    }

    bool may_run(const Item& item) const {
        for (pipe_t pipe = 0; pipe < pipe_count; ++pipe)
            if (queues_[pipe].complete() < item.before.complete[pipe]) return false;
        return true;
    }

    size_t count_ready(Queue& queue) {
        while (queue.ready < queue.items.size() && may_run(queue.items[queue.ready])) ++queue.ready;
        return queue.ready;
    }

    void run(Queue& queue, size_t place) {
        const Held held = std::move(queue.items[place].work);
        queue.items.erase(queue.items.begin() + static_cast<int64_t>(place));
        if (queue.ready > 0) --queue.ready;
        --pending_;
        carry_out(held.work());
    }

    // Does all of a pipe up to a position, and first whatever must come before.
    void complete(pipe_t pipe, Position position) {
        while (!queues_[pipe].items.empty() && queues_[pipe].items.front().position < position) {
            const Clock before = queues_[pipe].items.front().before;
            for (pipe_t other = 0; other < pipe_count; ++other)
                if (other != pipe) complete(other, before.complete[other]);
            run(queues_[pipe], 0);
        }
    }

    // From where data comes in to where it goes out.
    static constexpr pipe_t downstream[] = {PIPE_S, PIPE_MTE2, PIPE_MTE1, PIPE_V, PIPE_M, PIPE_FIX, PIPE_MTE3};
    static constexpr int pipes = 7;

    void run_one() {
        const int first = policy_ == Policy::Random ? static_cast<int>(draw(pipes)) : 0;
        for (int i = 0; i < pipes; ++i) {
            const int place = (first + i) % pipes;
            Queue& queue = queues_[downstream[policy_ == Policy::Lazy ? pipes - 1 - place : place]];
            const size_t ready = count_ready(queue);
            if (ready == 0) continue;
            run(queue, chosen_of(ready));
            return;
        }
    }

    // Those behind may overtake: to be lazy is to do what was asked for first last.
    size_t chosen_of(size_t ready) {
        switch (policy_) {
            case Policy::Lazy: return ready - 1;
            case Policy::Random: return draw(ready);
            default: return 0;
        }
    }

    // A number below a bound, from the seed.
    uint64_t draw(uint64_t bound) {
        random_ += 0x9e3779b97f4a7c15u;
        uint64_t mixed = random_;
        mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
        mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
        return (mixed ^ mixed >> 31) % bound;
    }

    Policy policy_ = Policy::Program;
    uint64_t random_ = 1;
    size_t pending_ = 0;
    Queue queues_[pipe_count];
};

}  // namespace pto::checked
