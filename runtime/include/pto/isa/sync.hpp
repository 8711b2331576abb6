// Pipes and events by name, and the identity of the core.
#pragma once

#include "../base/ahead.hpp"
#include "../base/enums.hpp"

using pipe_t = int;
using event_t = int;

inline constexpr pipe_t PIPE_S = 0;
inline constexpr pipe_t PIPE_V = 1;
inline constexpr pipe_t PIPE_MTE1 = 2;
inline constexpr pipe_t PIPE_MTE2 = 3;
inline constexpr pipe_t PIPE_MTE3 = 4;
inline constexpr pipe_t PIPE_M = 5;
inline constexpr pipe_t PIPE_ALL = 6;
inline constexpr pipe_t PIPE_FIX = 7;

inline constexpr event_t EVENT_ID0 = 0;
inline constexpr event_t EVENT_ID1 = 1;
inline constexpr event_t EVENT_ID2 = 2;
inline constexpr event_t EVENT_ID3 = 3;
inline constexpr event_t EVENT_ID4 = 4;
inline constexpr event_t EVENT_ID5 = 5;
inline constexpr event_t EVENT_ID6 = 6;
inline constexpr event_t EVENT_ID7 = 7;
inline constexpr int EVENT_ID_MAX = 8;

// The block that the calling thread runs; a launcher sets it.
struct pto_block {
    uint32_t index = 0;
    uint32_t count = 1;
    uint32_t sub_index = 0;
    uint32_t sub_count = 1;
};
inline thread_local pto_block pto_current_block;

PTO_INLINE uint32_t get_block_idx() { return pto_current_block.index; }
PTO_INLINE uint32_t get_block_num() { return pto_current_block.count; }
PTO_INLINE uint32_t get_subblockid() { return pto_current_block.sub_index; }
PTO_INLINE uint32_t get_subblockdim() { return pto_current_block.sub_count; }

namespace pto {

// What an instruction returns and a later one may take to wait for it.
struct RecordEvent {};

// Kinds of instructions, for TSYNC.
enum class Op : uint16_t { TLOAD, TSTORE_VEC, SCALAR, TRESHAPE, VECTOR };

}  // namespace pto
