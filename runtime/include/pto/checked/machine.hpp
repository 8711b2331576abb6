// What checks know of the machine: generated from ptodsl/machine.py by `python -m ptodsl.codegen.machine_header`.
// Sets are bits: of pipes by their numbers, of element types by those of DType.
#pragma once

#include "engine.hpp"

namespace pto::checked::machine {

enum class DType : int { Float16, BFloat16, Float32, Int8, Int16, Int32, Int64, UInt8, UInt16, UInt32, UInt64 };
inline constexpr int dtype_count = 11;

// An instruction whose library code sets flags and waits for them, always or where it moves one element.
struct FlagsInside {
    const char* op;
    bool is_for_elements;
};

struct Narrower {
    const char* op;
    unsigned dtypes;
};

struct Move {
    Space from, to;
    pipe_t pipe;
};

// What a pipe promises two of its own instructions that touch a common byte.
enum class SamePipe : int { Ordered, Unordered, Accumulates };

struct Core {
    const char* name;
    unsigned pipes;
    unsigned barriers;
    unsigned pairs[8];  // the targets of flags from each pipe
};

inline constexpr int pipe_count = 8;
inline constexpr const char* pipe_names[pipe_count] = {"S", "V", "MTE1", "MTE2", "MTE3", "M", "ALL", "FIX"};
inline constexpr const char* space_names[] = {"UB", "L1", "L0A", "L0B", "L0C", "BIAS", "SCALING", "GM"};

#if defined(PTODSL_ARCH_A5)
inline constexpr const char* name = "a5";
inline constexpr int event_count = 8;
inline constexpr int accumulate_fractals = 10;
inline constexpr uint64_t hidden_scratch_start = 0;
inline constexpr uint64_t hidden_scratch_end = 0;
inline constexpr uint64_t capacity[] = {262144, 524288, 65536, 65536, 262144, 4096, 4096};
inline constexpr uint64_t alignment[] = {32, 32, 512, 512, 64, 64, 128};
inline constexpr Move moves[] = {
    {Space::Global, Space::UB, PIPE_MTE2},
    {Space::Global, Space::L1, PIPE_MTE2},
    {Space::UB, Space::Global, PIPE_MTE3},
    {Space::UB, Space::UB, PIPE_V},
    {Space::L1, Space::L0A, PIPE_MTE1},
    {Space::L1, Space::L0B, PIPE_MTE1},
    {Space::L1, Space::Bias, PIPE_MTE1},
    {Space::L1, Space::Scaling, PIPE_FIX},
    {Space::L0C, Space::Global, PIPE_FIX},
    {Space::L0C, Space::L1, PIPE_FIX},
    {Space::L0C, Space::UB, PIPE_FIX},
    {Space::UB, Space::L1, PIPE_MTE3},
};
inline constexpr SamePipe same_pipe[pipe_count] = {SamePipe::Ordered, SamePipe::Ordered, SamePipe::Unordered, SamePipe::Unordered, SamePipe::Unordered, SamePipe::Accumulates, SamePipe::Unordered, SamePipe::Unordered};
inline constexpr Core cores[] = {  // cube and vector
    {"cube", 0xbd, 0xa0, {0xbc, 0x0, 0xb9, 0x95, 0x9, 0x8d, 0x0, 0x3d}},
    {"vector", 0x1b, 0x18, {0x1a, 0x19, 0x0, 0x13, 0xb, 0x0, 0x0, 0x0}},
};
// The targets of flags from each pipe whose event 0 some library instruction uses.
inline constexpr unsigned reserved[pipe_count] = {0x2, 0x1, 0x0, 0x0, 0x0, 0x0, 0x0, 0x0};
inline constexpr FlagsInside flags_inside[] = {
    {"TEXTRACT", true},
    {"TINSERT", true},
};
inline constexpr unsigned vector_dtypes = 0x3bf;
inline constexpr Narrower narrower[] = {
    {"TEXP", 0x5},
    {"TLOG", 0x5},
    {"TSQRT", 0x5},
    {"TRSQRT", 0x5},
    {"TRECIP", 0x5},
    {"TDIV", 0x335},
    {"TDIVS", 0x335},
    {"TMUL", 0x337},
    {"TMULS", 0x337},
    {"TNEG", 0x337},
    {"TABS", 0x3d},
    {"TRELU", 0x25},
    {nullptr, 0},
};
// What each element type converts to in one instruction.
inline constexpr unsigned conversions[dtype_count] = {0xbc, 0x25, 0x73, 0x31, 0x2a5, 0x1d4, 0x24, 0x101, 0x0, 0x190, 0x0};
#else
inline constexpr const char* name = "a2a3";
inline constexpr int event_count = 8;
inline constexpr int accumulate_fractals = 10;
inline constexpr uint64_t hidden_scratch_start = 188416;
inline constexpr uint64_t hidden_scratch_end = 196608;
inline constexpr uint64_t capacity[] = {196608, 524288, 65536, 65536, 131072, 1024, 2048};
inline constexpr uint64_t alignment[] = {32, 32, 512, 512, 64, 64, 128};
inline constexpr Move moves[] = {
    {Space::Global, Space::UB, PIPE_MTE2},
    {Space::Global, Space::L1, PIPE_MTE2},
    {Space::UB, Space::Global, PIPE_MTE3},
    {Space::UB, Space::UB, PIPE_V},
    {Space::L1, Space::L0A, PIPE_MTE1},
    {Space::L1, Space::L0B, PIPE_MTE1},
    {Space::L1, Space::Bias, PIPE_MTE1},
    {Space::L1, Space::Scaling, PIPE_FIX},
    {Space::L0C, Space::Global, PIPE_FIX},
    {Space::L0C, Space::L1, PIPE_FIX},
};
inline constexpr SamePipe same_pipe[pipe_count] = {SamePipe::Ordered, SamePipe::Unordered, SamePipe::Unordered, SamePipe::Unordered, SamePipe::Unordered, SamePipe::Accumulates, SamePipe::Unordered, SamePipe::Unordered};
inline constexpr Core cores[] = {  // cube and vector
    {"cube", 0xbd, 0xbc, {0xbc, 0x0, 0x39, 0x95, 0x9, 0x8d, 0x0, 0x39}},
    {"vector", 0x1b, 0x1a, {0x1a, 0x19, 0x0, 0x13, 0xb, 0x0, 0x0, 0x0}},
};
// The targets of flags from each pipe whose event 0 some library instruction uses.
inline constexpr unsigned reserved[pipe_count] = {0x1a, 0x1, 0x1, 0x13, 0x1, 0x0, 0x0, 0x0};
inline constexpr FlagsInside flags_inside[] = {
    {"TEXTRACT", true},
    {"TINSERT", true},
    {"TCMPS", false},
    {"TDIVS", false},
    {"TFILLPAD", false},
    {"TFILLPAD_EXPAND", false},
    {"TFILLPAD_INPLACE", false},
    {"TROWEXPAND", false},
    {"TROWMAX", false},
    {"TROWMIN", false},
    {"TROWPROD", false},
    {"TROWSUM", false},
    {"TSELS", false},
    {"TSHL", false},
    {"TSHR", false},
    {"TTRANS", false},
};
inline constexpr unsigned vector_dtypes = 0x35;
inline constexpr Narrower narrower[] = {
    {"TABS", 0x5},
    {"TDIV", 0x5},
    {"TROWEXPANDDIV", 0x5},
    {"TCOLEXPANDDIV", 0x5},
    {"TRELU", 0x25},
    {"TFILLPAD", 0x337},
    {"TFILLPAD_EXPAND", 0x337},
    {"TFILLPAD_INPLACE", 0x337},
    {nullptr, 0},
};
// What each element type converts to in one instruction.
inline constexpr unsigned conversions[dtype_count] = {0xbc, 0x24, 0x73, 0x1, 0x5, 0x55, 0x24, 0x1, 0x0, 0x0, 0x0};
#endif

}  // namespace pto::checked::machine
