// Flags, barriers and vector masks. A host runs instructions one after another, so ordering is free: everything here that
// orders is a no-op, and takes the arguments that the hardware takes.
#pragma once

#include "sync.hpp"

PTO_INLINE void set_flag(pipe_t, pipe_t, event_t) {}
PTO_INLINE void wait_flag(pipe_t, pipe_t, event_t) {}
PTO_INLINE void pipe_barrier(pipe_t) {}

PTO_INLINE void set_mask_norm() {}
PTO_INLINE void set_mask_count() {}
PTO_INLINE void set_vector_mask(uint64_t, uint64_t) {}

namespace pto {

template <pipe_t Source, pipe_t Target>
PTO_INTERNAL void PtoSetWaitFlag(event_t set_id = EVENT_ID0, event_t wait_id = EVENT_ID0) {
    set_flag(Source, Target, set_id);
    wait_flag(Source, Target, wait_id);
}

template <Op>
PTO_INST void TSYNC() {}

template <typename... Events>
PTO_INST void TSYNC(Events&...) {}

}  // namespace pto
