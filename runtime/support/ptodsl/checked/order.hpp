// What is known to be complete before each pipe starts its next instruction.
#pragma once

#include "clock.hpp"

namespace pto::checked {

class Order {
public:
    void clear() { *this = Order(); }

    // Before what the pipe starts next.
    const Clock& before(pipe_t pipe) const { return known_[pipe]; }
    // Before what any pipe starts from here on: what the scalar unit has waited for, every pipe has.
    const Clock& everywhere() const { return known_[PIPE_S]; }
    const Clock& issued() const { return issued_; }

    // The place of the pipe's next instruction.
    Position take(pipe_t pipe) { return issued_.complete[pipe]++; }

    // What a flag tells that this pipe sets now: all that the pipe was given is complete, and what it waited for.
    Clock told_by(pipe_t source) const {
        Clock clock = known_[source];
        clock.complete[source] = issued_.complete[source];
        return clock;
    }
    void learn(pipe_t pipe, const Clock& clock) { known_[pipe].join(clock); }
    void barrier(pipe_t pipe) { known_[pipe].complete[pipe] = issued_.complete[pipe]; }
    void barrier_of_all() {
        for (Clock& clock : known_) clock = issued_;
    }

private:
    Clock known_[pipe_count];
    Clock issued_;
};

}  // namespace pto::checked
