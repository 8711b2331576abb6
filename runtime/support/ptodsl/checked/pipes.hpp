// The pipes at work: each takes what it is given in order, flags let go of what waits for them, and what nothing will
// ever let go of is found. Whatever has its turn is judged at once; when its work is done is for the schedule to say.
#pragma once

#include "hazards.hpp"
#include "queues.hpp"
#include "schedule.hpp"

namespace pto::checked {

class Pipes {
public:
    Pipes(Findings& findings, Hazards& hazards, Schedule& schedule)
        : findings_(findings), hazards_(hazards), schedule_(schedule) {}

    void clear() {
        order_.clear();
        queues_.clear();
        tokens_.drain([](Flag, const Token&) {});
        std::fill(std::begin(rescued_), std::end(rescued_), false);
        issued_ = 0;
    }

    const Order& order() const { return order_; }

    void instruction(const Instruction& instruction, const Work& work) {
        Queue& queue = queues_[instruction.pipe];
        if (queue.is_blocked())
            queue.put({Entry::Kind::Instruction, issued_++, instruction.site, {}, instruction, Held(work)});
        else judge(instruction, issued_++, work);
    }

    void set(Flag flag, Site site) {
        if (queues_[flag.source].is_blocked()) queues_[flag.source].put({Entry::Kind::Set, issued_++, site, flag});
        else fire(flag, {order_.told_by(flag.source), site});
    }

    void wait(Flag flag, Site site) {
        Queue& queue = queues_[flag.target];
        if (flag.target == PIPE_S) wait_of_scalar(flag, site);
        else if (queue.is_blocked() || !tokens_.has(flag)) queue.put({Entry::Kind::Wait, issued_++, site, flag});
        else order_.learn(flag.target, tokens_.take(flag).clock);
    }

    void barrier(pipe_t pipe, Site site) {
        if (queues_[pipe].is_blocked()) queues_[pipe].put({Entry::Kind::Barrier, issued_++, site});
        else order_.barrier(pipe);
    }
    void barrier_of_all() {
        let_all_go();
        order_.barrier_of_all();
        hazards_.forget();
        schedule_.run_all();
    }

    // What is still blocked never ends.
    void let_all_go() {
        for (pipe_t pipe = 0; pipe < pipe_count; ++pipe)
            while (queues_[pipe].is_blocked()) rescue(queues_[pipe].front());
    }

    // Takes the tokens that are left and calls body(flag, token) for each, but for those that take the place of others.
    template <typename Body>
    void take_tokens(const Body& body) {
        tokens_.drain([&](Flag flag, const Token& token) {
            if (!rescued_[flag.number()]) body(flag, token);
        });
    }

private:
    // An instruction has its turn: it is judged, and its work goes to the schedule.
    void judge(const Instruction& instruction, uint64_t issue, const Work& work) {
        const pipe_t pipe = instruction.pipe;
        const Position position = order_.take(pipe);
        const Position kept = hazards_.take(instruction, issue, position, order_);
        Clock before = order_.before(pipe);
        before.complete[pipe] = std::max(before.complete[pipe], kept);
        schedule_.add(pipe, position, before, work);
    }

    void fire(Flag flag, const Token& token) {
        tokens_.put(flag, token);
        if (flag.target != PIPE_S) advance(flag.target);
    }

    // Goes on with a pipe as far as there are tokens.
    void advance(pipe_t pipe) {
        Queue& queue = queues_[pipe];
        if (is_advancing_[pipe]) return;
        is_advancing_[pipe] = true;
        while (queue.is_blocked() && (queue.front().kind != Entry::Kind::Wait || tokens_.has(queue.front().flag)))
            go_on(pipe, queue.take());
        is_advancing_[pipe] = false;
    }

    void go_on(pipe_t pipe, const Entry& entry) {
        switch (entry.kind) {
            case Entry::Kind::Instruction: judge(entry.instruction, entry.issue, entry.work.work()); break;
            case Entry::Kind::Set: fire(entry.flag, {order_.told_by(pipe), entry.site}); break;
            case Entry::Kind::Wait: order_.learn(pipe, tokens_.take(entry.flag).clock); break;
            case Entry::Kind::Barrier: order_.barrier(pipe); break;
        }
    }

    // All that is issued from here on starts after what the scalar unit has waited for; and so does what is blocked, since
    // only what is issued from here on can let go of it.
    void wait_of_scalar(Flag flag, Site site) {
        while (!tokens_.has(flag)) rescue({Entry::Kind::Wait, issued_, site, flag});
        const Clock clock = tokens_.take(flag).clock;
        for (pipe_t pipe = 0; pipe < pipe_count; ++pipe) order_.learn(pipe, clock);
    }

    // Reports what a wait that cannot end is owed to, and goes on as if that token had come.
    void rescue(const Entry& wait) {
        const Entry& cause = queues_.cause_of(wait);
        const Flag flag = cause.flag;
        const Field fields[] = {{"source", machine::pipe_names[flag.source], 0},
                                {"target", machine::pipe_names[flag.target], 0},
                                {"event", nullptr, flag.event},
                                {"blocked", nullptr, queues_[flag.target].instructions()},
                                {"circular", nullptr, queues_.is_circular(cause)}};
        findings_.add("wait-without-set", cause.site, fields, 5, {nullptr, 0});
        rescued_[flag.number()] = true;
        fire(flag, {order_.issued(), cause.site});
    }

    Findings& findings_;
    Hazards& hazards_;
    Schedule& schedule_;
    Order order_;
    Tokens tokens_;
    Queues queues_;
    bool is_advancing_[pipe_count] = {};
    bool rescued_[flag_count] = {};
    uint64_t issued_ = 0;
};

}  // namespace pto::checked
