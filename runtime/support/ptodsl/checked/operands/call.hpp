// What an instruction takes is looked at before it is issued: where operands lie, what is valid of them, and who
// shares bytes with whom.
#pragma once

#include <pto/checked/rules.hpp>

#include "cells.hpp"

namespace pto::checked {

// Whether, and when, an instruction uses flags itself; null where it does not.
inline const machine::FlagsInside* flags_inside(const char* op) {
    for (const machine::FlagsInside& flags : machine::flags_inside)
        if (is_same_text(flags.op, op)) return &flags;
    return nullptr;
}

Call::Call(const char* op, Site site, pipe_t pipe) : instruction_{} {
    instruction_.name = op;
    instruction_.site = site;
    instruction_.pipe = pipe;
    const machine::FlagsInside* flags = pipe == PIPE_V ? flags_inside(op) : nullptr;
    instruction_.has_hidden_flags = flags && !flags->is_for_elements;
}

Call& Call::elementwise() {
    instruction_.is_elementwise = true;
    return *this;
}
void Call::moves_element() { instruction_.has_hidden_flags = flags_inside(op()) != nullptr; }
void Call::accumulates(int64_t fractals) { instruction_.fractals = static_cast<int>(fractals); }

void Call::finds(const char* kind, const Field* fields, int count) {
    constexpr int most = 8;
    Field all[most] = {text("op", op())};
    for (int i = 0; i < count && i + 1 < most; ++i) all[i + 1] = fields[i];
    report(kind, site(), all, count + 1);
}

void Call::touches(const char* operand, Effect effect, const Region& region) {
    instruction_.touches[instruction_.count++] = {operand, effect, region};
}

void Call::touches(const char* operand, Effect effect, const Global& window) {
    if (!window.data) return refuses("unassigned", {text("operand", operand)});
    const Region region = region_of(window);
    if (reach_of(region) <= 0) return;
    if (!is_refused() && !inside_parameters(op(), operand, effect, region, site())) is_not_carried_out();
    touches(operand, effect, region);
}

void Call::reads(const char* operand, const Operand& tile, Window window, int64_t line) {
    const Region region = region_of(tile, window, line);
    if (takes(operand, tile, region)) touches(operand, Effect::Read, region);
}

void Call::writes(const char* operand, const Operand& tile, Window window, int64_t line) {
    const Region region = region_of(tile, window, line);
    if (!takes(operand, tile, region)) return;
    const int64_t start = start_of(tile), most = capacity_of(tile->space) - start;
    touches(operand, Effect::Write, region);
    result_ = {tile.data, detail::least(tile->bytes(), most)};
    use(tile->space, start + result_.bytes);
}

void Call::scratch(const Operand& tile, int64_t needed) {
    if (tile->bytes() < needed)
        refuse_shape(*this, "tmp", tile->bytes(), needed, "the temporary has as many bytes as the instruction uses");
    const int64_t start = start_of(tile), count = detail::least(needed, tile->bytes());
    if (count == 0 || !is_placed("tmp", tile.data, tile->space, start, count, 32)) return;
    touches("tmp", Effect::Write, {tile->space, static_cast<uint64_t>(start), count});
    use(tile->space, start + count);
}

void Call::carry_out(const Work& work) {
    if (!is_refused_) find_overlaps();
    if (!is_refused_) return issue(instruction_, work);
    // What was refused is reported once: its result does not count as undefined as well.
    if (result_.data) __builtin_memset(shadow_of(result_.data), is_defined, static_cast<size_t>(result_.bytes));
}

// What two operands of an instruction must not do.
inline const char* overlap_rule(const Touch& written, const Touch& other) {
    const bool has_scratch = is_same_text(written.operand, "tmp") || is_same_text(other.operand, "tmp");
    return has_scratch ? "a temporary has bytes of its own"
                       : "a result has bytes of its own, or takes over an operand's element for element";
}

// Whoever writes bytes that another operand has, but for those that it may take over.
void Call::find_overlaps() {
    for (int i = 0; i < instruction_.count; ++i)
        for (int j = 0; j < instruction_.count; ++j) {
            const Touch &written = instruction_.touches[i], &other = instruction_.touches[j];
            const bool is_pair = written.effect == Effect::Write && (other.effect == Effect::Read || i < j);
            if (is_pair && !(shared_ >> j & 1) && written.region.space == other.region.space &&
                written.region.space != Space::Global && share_bytes(written.region, other.region))
                finds("operands-overlap", {text("operand", written.operand), text("other_operand", other.operand),
                                           text("rule", overlap_rule(written, other))});
        }
}

// Whether a tile lies where its memory has bytes, and has a valid shape.
bool Call::takes(const char* operand, const Operand& tile, const Region& region) {
    const auto alignment = static_cast<int64_t>(machine::alignment[static_cast<int>(tile->space)]);
    const int64_t start = start_of(tile), end = static_cast<int64_t>(region.start) + reach_of(region);
    const bool lies_well = is_placed(operand, tile.data, tile->space, start, end - start, alignment);
    return has_valid_shape(operand, tile) && lies_well;
}

// An empty valid shape is wrong, but does no harm.
bool Call::has_valid_shape(const char* operand, const Operand& tile) {
    if (tile.rows > 0 && tile.rows <= tile->rows && tile.cols > 0 && tile.cols <= tile->cols) return true;
    if (tile.rows > tile->rows || tile.cols > tile->cols) is_not_carried_out();
    finds("shape-refused",
          {text("operand", operand), number("rows", tile.rows), number("cols", tile.cols),
           text("rule", "a valid shape has at least one row and one column, and lies within the tile")});
    return false;
}

bool Call::is_placed(const char* operand, const void* data, Space space, int64_t start, int64_t bytes,
                     int64_t alignment) {
    const int64_t capacity = capacity_of(space);
    const int64_t given = static_cast<int64_t>(reinterpret_cast<uintptr_t>(data));
    if (given < int64_t{1} << 30) start = given;  // an offset that lies in no memory
    if (data && start >= 0 && start + bytes <= capacity && start % alignment == 0) return true;
    if (!data) {
        refuses("unassigned", {text("operand", operand)});
    } else if (start < 0 || start + bytes > capacity) {
        refuses("out-of-capacity", {text("operand", operand), text("memory", space_name(space)), number("start", start),
                                    number("end", start + bytes), number("capacity", capacity)});
    } else {
        refuses("misaligned", {text("operand", operand), text("memory", space_name(space)), number("start", start),
                               number("end", start + bytes), number("alignment", alignment)});
    }
    return false;
}

}  // namespace pto::checked
