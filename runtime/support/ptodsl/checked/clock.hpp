// How much of each pipe's work is known to be complete: of every pipe a prefix of its instructions, since a flag covers
// all that its pipe was given before it.
#pragma once

#include <cstdint>

#include <pto/checked/machine.hpp>

namespace pto::checked {

using machine::pipe_count;

// The place of an instruction in its pipe's queue, from 0.
using Position = uint32_t;

constexpr bool is_pipe(pipe_t pipe) { return pipe >= 0 && pipe < pipe_count && pipe != PIPE_ALL; }

struct Clock {
    Position complete[pipe_count] = {};

    bool covers(pipe_t pipe, Position position) const { return position < complete[pipe]; }
    void join(const Clock& other) {
        for (int pipe = 0; pipe < pipe_count; ++pipe)
            if (complete[pipe] < other.complete[pipe]) complete[pipe] = other.complete[pipe];
    }
};

}  // namespace pto::checked
