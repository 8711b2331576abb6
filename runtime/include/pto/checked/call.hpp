// One instruction on its way to the engine: what is wrong with it is said, what it touches is collected, and then its
// work is handed over, unless it would touch what it must not.
#pragma once

#include "operand.hpp"

namespace pto::checked {

inline Field text(const char* name, const char* value) { return {name, value, 0}; }
inline Field number(const char* name, int64_t value) { return {name, nullptr, value}; }

constexpr const char* space_name(Space space) { return machine::space_names[static_cast<int>(space)]; }

class Call {
public:
    Call(const char* op, Site site, pipe_t pipe = PIPE_V);

    const char* op() const { return instruction_.name; }
    Site site() const { return instruction_.site; }
    bool is_refused() const { return is_refused_; }
    void is_not_carried_out() { is_refused_ = true; }
    Call& elementwise();
    void moves_element();  // one that is known when compiling to be one
    void accumulates(int64_t fractals);

    // A finding, with the instruction's name before the fields; `refuses`: the instruction is not carried out either.
    void finds(const char* kind, const Field* fields, int count);
    template <int Count>
    void finds(const char* kind, const Field (&fields)[Count]) {
        finds(kind, fields, Count);
    }
    template <int Count>
    void refuses(const char* kind, const Field (&fields)[Count]) {
        is_not_carried_out();
        finds(kind, fields, Count);
    }

    void touches(const char* operand, Effect effect, const Region& region);
    void touches(const char* operand, Effect effect, const Global& window);
    // Operands in a memory on chip. The window is what is touched of them, rows of UB rounded up to `line` bytes.
    void reads(const char* operand, const Operand& tile, Window window, int64_t line = 1);
    void writes(const char* operand, const Operand& tile, Window window, int64_t line = 1);
    void reads(const char* operand, const Operand& tile) { reads(operand, tile, valid_window(tile)); }
    void writes(const char* operand, const Operand& tile) { writes(operand, tile, valid_window(tile)); }
    // The operand read last may be the result's own bytes.
    void shares_bytes() { shared_ |= 1u << (instruction_.count - 1); }
    // The first bytes of a temporary: written, and undefined afterwards.
    void scratch(const Operand& tile, int64_t needed);

    template <typename Body>
    RecordEvent carries_out(Body body) {
        carry_out(work_of(body));
        return {};
    }

private:
    void carry_out(const Work& work);
    void find_overlaps();
    bool takes(const char* operand, const Operand& tile, const Region& region);
    bool is_placed(const char* operand, const void* data, Space space, int64_t start, int64_t bytes, int64_t alignment);
    bool has_valid_shape(const char* operand, const Operand& tile);

    struct Result {
        const void* data;
        int64_t bytes;
    };

    Instruction instruction_;
    Result result_{};
    unsigned shared_ = 0;  // a bit for each touch whose bytes the result may take over
    bool is_refused_ = false;
};

}  // namespace pto::checked
