// The engine: everything that checked instructions and the host say goes through here, to who judges it.
#pragma once

#include <cstring>

#include <pto/checked/shadow.hpp>

#include "global_shadows.hpp"
#include "legality.hpp"
#include "pipes.hpp"

namespace pto::checked {

class Engine {
public:
    void start(const ptodsl_check& check) {
        findings_.start(check.limit);
        shadows_.clear();
        schedule_.start(static_cast<Policy>(check.schedule), check.seed);
        forget();
    }
    void record(int descriptor) { findings_.record(descriptor); }
    const char* findings() { return findings_.text(); }
    void declare_undefined(const void* start, int64_t bytes) { shadows_.declare(address(start), bytes); }
    unsigned char* global_shadow(const void* start, int64_t bytes) { return shadows_.of(address(start), bytes); }
    void report(const char* kind, Site at, const Field* fields, int count, Site other) {
        findings_.add(kind, at, fields, count, other);
    }

    void begin(const Parameter* parameters, int count) {
        schedule_.clear();
        forget();
        parameters_.set(parameters, count);
        forget_memories();
    }

    void end() {
        pipes_.let_all_go();
        legality_.end(hazards_.has_cube_memory());
        report_stores();
        report_tokens();
        schedule_.clear();
        forget();
        parameters_.set(nullptr, 0);
    }

    void issue(const Instruction& instruction, const Work& work) {
        if (!is_pipe(instruction.pipe)) return;
        legality_.instruction(instruction.name, instruction.pipe, instruction.site);
        if (instruction.has_hidden_flags) report_stolen_tokens(instruction);
        pipes_.instruction(instruction, work);
    }

    void scalar_access(const Touch& touch, Site site, const Work& write) {
        const bool reads = touch.effect == Effect::Read;
        pipes_.instruction({reads ? "GetValue" : "SetValue", PIPE_S, site, {touch}, 1}, write);
    }

    bool inside_parameters(const char* op, const char* operand, Effect effect, const Region& region, Site site) {
        return parameters_.judge(op, operand, effect, region, site, findings_);
    }

    void set(Flag flag, Site site) {
        if (!legality_.is_flag(flag.source, flag.target, flag.event, site)) return;
        legality_.flag(flag.source, flag.target, site);
        int& pending = balance_.pending(flag);
        if (pending > 0) report_flag("set-twice", flag, site, balance_.last_set(flag));
        if (++pending > most_tokens) report_flag("too-many-tokens", flag, site, {nullptr, 0});
        balance_.last_set(flag) = site;
        pipes_.set(flag, site);
    }

    void wait(Flag flag, Site site) {
        if (!legality_.is_flag(flag.source, flag.target, flag.event, site)) return;
        legality_.flag(flag.source, flag.target, site);
        --balance_.pending(flag);
        pipes_.wait(flag, site);
    }

    void barrier(pipe_t pipe, Site site) {
        if (pipe == PIPE_ALL) pipes_.barrier_of_all();
        else if (legality_.is_barrier(pipe, site) && pipe != PIPE_S) pipes_.barrier(pipe, site);
    }

private:
    static constexpr int most_tokens = 15;

    static uint64_t address(const void* pointer) { return reinterpret_cast<uintptr_t>(pointer); }

    void forget() {
        pipes_.clear();
        hazards_.clear();
        legality_.clear();
        balance_.clear();
    }

    // What an earlier kernel left on chip is no number that looks right.
    static void forget_memories() {
        static thread_local bool is_poisoned = false;
        for (size_t memory = 0; memory < detail::memory_count; ++memory) {
            const size_t start = detail::start_of(memory), end = detail::start_of(memory + 1);
            std::memset(detail::on_chip.bytes + start, poison, is_poisoned ? shadow.used[memory] : end - start);
        }
        is_poisoned = true;
        forget_on_chip();
    }
    static constexpr int poison = 0xff;  // NaN in every float

    void report_flag(const char* kind, Flag flag, Site site, Site other) {
        const Field fields[] = {{"source", machine::pipe_names[flag.source], 0},
                                {"target", machine::pipe_names[flag.target], 0},
                                {"event", nullptr, flag.event}};
        findings_.add(kind, site, fields, 3, other);
    }

    // Instructions that use event 0 themselves take what is pending there.
    void report_stolen_tokens(const Instruction& instruction) {
        for (pipe_t source = 0; source < pipe_count; ++source)
            for (pipe_t target = 0; target < pipe_count; ++target) {
                const Flag flag{source, target, 0};
                if (!(machine::reserved[source] >> target & 1) || balance_.pending(flag) <= 0) continue;
                const Field fields[] = {{"op", instruction.name, 0},
                                        {"source", machine::pipe_names[source], 0},
                                        {"target", machine::pipe_names[target], 0}};
                findings_.add("token-stolen", instruction.site, fields, 3, balance_.last_set(flag));
            }
    }

    void report_stores() {
        hazards_.for_each_unfinished_store(pipes_.order().before(PIPE_S), [&](const Access& store) {
            const Field fields[] = {{"op", store.op, 0}, {"pipe", machine::pipe_names[store.pipe], 0}};
            findings_.add("store-unfinished", store.site, fields, 2, {nullptr, 0});
        });
    }
    void report_tokens() {
        pipes_.take_tokens([&](Flag flag, const Token& token) { report_flag("token-left", flag, token.site, {nullptr, 0}); });
    }

    Findings findings_;
    Parameters parameters_;
    GlobalShadows shadows_;
    Legality legality_{findings_};
    Hazards hazards_{findings_, parameters_};
    Schedule schedule_;
    Pipes pipes_{findings_, hazards_, schedule_};
    Balance balance_;
};

}  // namespace pto::checked
