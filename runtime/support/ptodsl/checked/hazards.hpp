// Accesses that meet in no known order.
#pragma once

#include <cstdio>

#include "accesses.hpp"
#include "findings.hpp"
#include "hidden_scratch.hpp"
#include "order.hpp"
#include "parameters.hpp"

namespace pto::checked {

class Hazards {
public:
    Hazards(Findings& findings, const Parameters& parameters) : findings_(findings), parameters_(parameters) {}

    void clear() {
        forget();
        scratch_.clear();
        has_cube_memory_ = false;
    }
    // All that was done is complete for everybody.
    void forget() {
        for (Accesses& memory : memories_) memory.clear();
    }
    bool has_cube_memory() const { return has_cube_memory_; }

    // Judges an instruction that starts when `order` says. Gives how many of its own pipe's are complete before it by the
    // rules of the pipe.
    Position take(const Instruction& instruction, uint64_t issue, Position position, const Order& order) {
        Access accesses[most_touches];
        for (int i = 0; i < instruction.count; ++i)
            accesses[i] = access_of(instruction, instruction.touches[i], issue, position);
        const Clock& before = order.before(instruction.pipe);
        Position kept = machine::same_pipe[instruction.pipe] == machine::SamePipe::Ordered ? position : 0;
        for (int i = 0; i < instruction.count; ++i)
            kept = std::max(kept, judge(instruction, instruction.touches[i], accesses[i], before));
        for (int i = 0; i < instruction.count; ++i)
            if (!accesses[i].box.bytes.empty()) enter(instruction.touches[i].region.space, accesses[i], order);
        return kept;
    }

    // Calls body(access) for what was written to global memory and is not known to be complete.
    template <typename Body>
    void for_each_unfinished_store(const Clock& complete, const Body& body) const {
        memory(Space::Global).writes().for_each([&](const Access& access) {
            if (!complete.covers(access.pipe, access.position)) body(access);
        });
    }

private:
    static Access access_of(const Instruction& instruction, const Touch& touch, uint64_t issue, Position position) {
        return {box_of(touch.region), instruction.name, touch.operand, instruction.site, issue, position,
                instruction.pipe,     touch.effect,     instruction.is_elementwise};
    }

    Accesses& memory(Space space) { return memories_[static_cast<int>(space)]; }
    const Accesses& memory(Space space) const { return memories_[static_cast<int>(space)]; }

    Position judge(const Instruction& instruction, const Touch& touch, const Access& access, const Clock& before) {
        Position kept = 0;
        const auto meet = [&](const Access& other) {
            if (before.covers(other.pipe, other.position)) return;
            const Verdict verdict = verdict_on(instruction, access, other);
            if (verdict.is_kept && kept > other.position) return;
            const Bytes bytes = common(access.box, other.box);
            if (bytes.empty()) return;
            if (verdict.is_kept) kept = other.position + 1;
            else report(touch.region.space, access, other, bytes, verdict.excuse);
        };
        memory(touch.region.space).for_each_conflict(access.box.bytes, access.effect, meet);
        return kept;
    }

    void enter(Space space, const Access& access, const Order& order) {
        has_cube_memory_ |= space != Space::UB && space != Space::Global;
        if (machine::hidden_scratch_end > 0 && space == Space::UB) scratch_.touch(access, findings_);
        Accesses& accesses = memory(space);
        accesses.add(access);
        if (accesses.is_crowded()) accesses.thin_out(order.everywhere());
    }

    struct Verdict {
        bool is_kept;        // the pipe keeps the two in order
        const char* excuse;  // why the conflict is only worth a note; null where it is an error
    };

    static Verdict verdict_on(const Instruction& instruction, const Access& access, const Access& other) {
        if (access.pipe != other.pipe) return {false, nullptr};
        switch (machine::same_pipe[access.pipe]) {
            case machine::SamePipe::Ordered: return {true, nullptr};
            case machine::SamePipe::Accumulates: return verdict_on_accumulation(instruction.fractals, access.box, other.box);
            default: break;
        }
        const bool streams = access.pipe == PIPE_V && access.is_elementwise && other.is_elementwise;
        return {false, streams && access.box == other.box ? streaming : nullptr};
    }

    static Verdict verdict_on_accumulation(int fractals, const Box& box, const Box& other) {
        const bool is_same_tile = box.bytes.start == other.bytes.start && box.has_pitches_of(other);
        if (fractals == 0 || !is_same_tile) return {false, nullptr};
        return {fractals >= machine::accumulate_fractals, small_accumulation()};
    }

    static constexpr const char* streaming = "elementwise instructions on one window stream in order in practice, by no rule";
    static const char* small_accumulation() {
        static const std::string text =
            "accumulations of less than " + std::to_string(machine::accumulate_fractals) + " fractals may overlap";
        return text.c_str();
    }

    void report(Space space, const Access& access, const Access& other, Bytes bytes, const char* excuse) {
        const bool is_later = access.order >= other.order;
        const Access &later = is_later ? access : other, &earlier = is_later ? other : access;
        const Parameter* parameter = space == Space::Global ? parameters_.holding(bytes.start) : nullptr;
        const uint64_t base = parameter ? static_cast<uint64_t>(parameter->address) : 0;
        Field fields[] = {
            {"op", later.op, 0},
            {"pipe", machine::pipe_names[later.pipe], 0},
            {"effect", words(later.effect), 0},
            {"operand", later.operand, 0},
            {"other_op", earlier.op, 0},
            {"other_pipe", machine::pipe_names[earlier.pipe], 0},
            {"other_effect", words(earlier.effect), 0},
            {"other_operand", earlier.operand, 0},
            {"memory", machine::space_names[static_cast<int>(space)], 0},
            {"start", nullptr, static_cast<int64_t>(bytes.start - base)},
            {"end", nullptr, static_cast<int64_t>(bytes.end - base)},
            {"same_pipe", nullptr, later.pipe == earlier.pipe},
            {"relaxed", nullptr, excuse != nullptr},
            {}, {},
        };
        int count = 13;
        if (excuse) fields[count++] = {"why", excuse, 0};
        if (parameter) fields[count++] = {"parameter", parameter->name, 0};
        findings_.add("race", later.site, fields, count, earlier.site);
    }

    static const char* words(Effect effect) {
        constexpr const char* all[] = {"reads", "writes", "adds to"};
        return all[static_cast<int>(effect)];
    }

    Findings& findings_;
    const Parameters& parameters_;
    Accesses memories_[static_cast<int>(Space::Global) + 1];
    HiddenScratch scratch_;
    bool has_cube_memory_ = false;
};

}  // namespace pto::checked
