// Whether the chosen architecture has the flags, barriers and pipes that a kernel uses. Which kind of core it is made for
// shows with the first pipe that only one kind has; what came before is judged then.
#pragma once

#include <vector>

#include "clock.hpp"
#include "findings.hpp"

namespace pto::checked {

class Legality {
public:
    explicit Legality(Findings& findings) : findings_(findings) {}

    void clear() {
        core_ = nullptr;
        waiting_.clear();
    }

    // Flags without a place in the machine are not carried out.
    bool is_flag(pipe_t source, pipe_t target, event_t event, Site site) {
        if (!is_pipe(source) || !is_pipe(target)) {
            report_pair({source, target, site}, "");
            return false;
        }
        if (event >= 0 && event < machine::event_count) return true;
        const Field fields[] = {{"source", name(source), 0}, {"target", name(target), 0}, {"event", nullptr, event}};
        findings_.add("bad-event", site, fields, 3, {nullptr, 0});
        return false;
    }

    void flag(pipe_t source, pipe_t target, Site site) {
        if (source == target) {
            const Field field{"pipe", name(source), 0};
            findings_.add("same-pipe-flag", site, &field, 1, {nullptr, 0});
        } else {
            judge({source, target, site});
        }
    }
    // Whether there is such a pipe.
    bool is_barrier(pipe_t pipe, Site site) {
        if (is_pipe(pipe)) judge({pipe, PIPE_ALL, site});
        else report_illegal({pipe, PIPE_ALL, site}, "");
        return is_pipe(pipe);
    }

    void instruction(const char* op, pipe_t pipe, Site site) {
        if (core_ && has_pipe(*core_, pipe)) return;
        if (core_) {
            const Field fields[] = {{"op", op, 0}, {"pipe", name(pipe), 0}, {"other_pipe", name(deciding_pipe_), 0}};
            findings_.add("cores-mixed", site, fields, 3, deciding_site_);
        } else if (!has_pipe(cube, pipe) || !has_pipe(vector, pipe)) {
            deciding_pipe_ = pipe;
            deciding_site_ = site;
            choose(has_pipe(cube, pipe) ? cube : vector);
        }
    }

    // Where no pipe has decided, the memories do.
    void end(bool has_cube_memory) {
        if (!core_) choose(has_cube_memory ? cube : vector);
    }

private:
    static constexpr const machine::Core &cube = machine::cores[0], &vector = machine::cores[1];

    // A flag, or with PIPE_ALL as its target a barrier.
    struct Use {
        pipe_t source;
        pipe_t target;
        Site site;
    };

    static const char* name(pipe_t pipe) { return pipe >= 0 && pipe < pipe_count ? machine::pipe_names[pipe] : "?"; }
    static bool has_pipe(const machine::Core& core, pipe_t pipe) { return core.pipes >> pipe & 1; }
    static bool is_legal(const machine::Core& core, const Use& use) {
        return (use.target == PIPE_ALL ? core.barriers >> use.source : core.pairs[use.source] >> use.target) & 1;
    }

    void judge(const Use& use) {
        const bool in_cube = is_legal(cube, use), in_vector = is_legal(vector, use);
        if (in_cube && in_vector) return;
        if (core_) report_unless_legal(use);
        else if (in_cube || in_vector) waiting_.push_back(use);
        else report_illegal(use, "");
    }

    void choose(const machine::Core& core) {
        core_ = &core;
        for (const Use& use : waiting_) report_unless_legal(use);
        waiting_.clear();
    }

    void report_unless_legal(const Use& use) {
        if (!is_legal(*core_, use)) report_illegal(use, core_->name);
    }
    void report_illegal(const Use& use, const char* core) {
        if (use.target != PIPE_ALL) {
            report_pair(use, core);
            return;
        }
        const Field fields[] = {{"pipe", name(use.source), 0}, {"architecture", machine::name, 0}, {"core", core, 0}};
        findings_.add("illegal-barrier", use.site, fields, 3, {nullptr, 0});
    }
    void report_pair(const Use& use, const char* core) {
        const Field fields[] = {{"source", name(use.source), 0},
                                {"target", name(use.target), 0},
                                {"architecture", machine::name, 0},
                                {"core", core, 0}};
        findings_.add("illegal-pair", use.site, fields, 4, {nullptr, 0});
    }

    Findings& findings_;
    const machine::Core* core_ = nullptr;
    pipe_t deciding_pipe_ = PIPE_S;
    Site deciding_site_{nullptr, 0};
    std::vector<Use> waiting_;
};

}  // namespace pto::checked
