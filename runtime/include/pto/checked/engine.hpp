// What checked instructions say to the engine, which knows the pipes, the flags and who touched which bytes. It is
// compiled once (ptodsl/checked.cpp) and linked to every checked program.
//
//   auto add = [=]() mutable { ... on copies of the operands: addresses and valid shapes are those of the issue ... };
//   issue({"TADD", PIPE_V, site, {reads("src0", ...), reads("src1", ...), writes("dst", ...)}, 3}, work_of(add));
#pragma once

#include "../isa/sync.hpp"
#include "site.hpp"

namespace pto::checked {

// The memories of a core, numbered as TileType is, and global memory.
enum class Space : int { UB, L1, L0A, L0B, L0C, Bias, Scaling, Global };

// Bytes: `run` that follow one another, repeated along up to four dims.
struct Region {
    Space space;
    uint64_t start;  // from the start of an on-chip memory; the address in global memory
    int64_t run;
    int64_t count[4] = {1, 1, 1, 1};
    int64_t pitch[4] = {};  // bytes from one to the next
};

// Two additions do not conflict with each other.
enum class Effect { Read, Write, Add };

struct Touch {
    const char* operand;
    Effect effect;
    Region region;
};

inline constexpr int most_touches = 8;

struct Instruction {
    const char* name;
    pipe_t pipe;
    Site site;
    Touch touches[most_touches];
    int count;
    int fractals = 0;               // 16 x 16 fractals of the accumulator that it adds to; 0 where it adds to none
    bool has_hidden_flags = false;  // uses event 0 of reserved pairs behind the caller's back
    bool is_elementwise = false;    // goes through its operands in one order, element by element
};

// What an instruction does, and what it does that with: bytes, of which a copy is as good.
struct Work {
    void (*run)(void* state);
    void* state;
    size_t size;
};

template <typename Body>
void run(void* body) {
    (*static_cast<Body*>(body))();
}

template <typename Body>
Work work_of(Body& body) {
    static_assert(__is_trivially_copyable(Body), "work may wait for its turn, as a copy of its bytes");
    return {run<Body>, &body, sizeof(Body)};
}

// Takes an instruction into its pipe's queue; its work is done at once, or on a copy when it has its turn, or never.
void issue(const Instruction& instruction, const Work& work);

// An access of the scalar unit to bytes of UB, ordered like an instruction of PIPE_S. A read has no work: the caller does it
// when this returns, after all that may run before it. A write is work like any other.
void scalar_access(const Touch& touch, Site site, const Work& write = {});

// Whether a strided window of global memory lies in what some parameter of the kernel may be used for. Where it does not
// this is reported, and the instruction is not to be issued. True where the kernel has not said what it was given.
bool inside_parameters(const char* op, const char* operand, Effect effect, const Region& region, Site site);

// A byte for each of a range of global memory, 0xff where it is defined and 0 where not, to be read and written; null
// where the range is not in one buffer that began undefined: then all of it counts as defined.
unsigned char* global_shadow(const void* start, int64_t bytes);

void set(pipe_t source, pipe_t target, event_t event, Site site);
void wait(pipe_t source, pipe_t target, event_t event, Site site);
void barrier(pipe_t pipe, Site site);

// A named number or text of a finding.
struct Field {
    const char* name;
    const char* text;  // null for a number
    int64_t number;
};

// Records what is wrong, once for each kind, place and other place.
void report(const char* kind, Site at, const Field* fields, int count, Site other = {nullptr, 0});

}  // namespace pto::checked
