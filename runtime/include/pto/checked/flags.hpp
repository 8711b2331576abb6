// Flags, barriers and vector masks, told to the engine.
#pragma once

#include "engine.hpp"

inline void set_flag(pipe_t source, pipe_t target, event_t event, pto::checked::Site site = {}) {
    pto::checked::set(source, target, event, site);
}
inline void wait_flag(pipe_t source, pipe_t target, event_t event, pto::checked::Site site = {}) {
    pto::checked::wait(source, target, event, site);
}
inline void pipe_barrier(pipe_t pipe, pto::checked::Site site = {}) { pto::checked::barrier(pipe, site); }

inline void set_mask_norm() {}
inline void set_mask_count() {}
inline void set_vector_mask(uint64_t, uint64_t) {}

namespace pto {

template <pipe_t Source, pipe_t Target>
void PtoSetWaitFlag(event_t set_id = EVENT_ID0, event_t wait_id = EVENT_ID0, checked::Site site = {}) {
    set_flag(Source, Target, set_id, site);
    wait_flag(Source, Target, wait_id, site);
}

namespace checked {

constexpr pipe_t pipe_of(Op kind) {
    switch (kind) {
        case Op::TLOAD: return PIPE_MTE2;
        case Op::TSTORE_VEC: return PIPE_MTE3;
        case Op::VECTOR: return PIPE_V;
        default: return PIPE_S;
    }
}

}  // namespace checked

template <Op Kind>
void TSYNC(checked::Site site = {}) {
    pipe_barrier(checked::pipe_of(Kind), site);
}

// Events that instructions return are not followed.
template <typename Event>
void TSYNC(Event&, checked::Site site = {}) {
    const checked::Field fields[] = {{"op", "TSYNC", 0}, {"rule", "events", 0}};
    checked::report("not-modelled", site, fields, 2);
}

}  // namespace pto
