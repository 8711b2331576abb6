// The tokens of flags: for each pair of pipes and event a queue, its tokens with what they tell.
#pragma once

#include <algorithm>
#include <iterator>
#include <vector>

#include "clock.hpp"

namespace pto::checked {

struct Flag {
    pipe_t source;
    pipe_t target;
    event_t event;

    bool operator==(const Flag& other) const {
        return source == other.source && target == other.target && event == other.event;
    }
    size_t number() const {
        return static_cast<size_t>((source * pipe_count + target) * machine::event_count + event);
    }
};

inline constexpr size_t flag_count = static_cast<size_t>(pipe_count * pipe_count * machine::event_count);

struct Token {
    Clock clock;
    Site site;
};

class Tokens {
public:
    void put(Flag flag, const Token& token) {
        queues_[flag.number()].tokens.push_back(token);
        ++count_;
    }

    bool has(Flag flag) const { return queues_[flag.number()].size() > 0; }

    Token take(Flag flag) {
        Queue& queue = queues_[flag.number()];
        const Token token = queue.tokens[queue.first++];
        --count_;
        if (queue.size() == 0) queue.clear();
        return token;
    }

    // Takes all away and calls body(flag, token) for each.
    template <typename Body>
    void drain(const Body& body) {
        if (count_ == 0) return;
        for (pipe_t source = 0; source < pipe_count; ++source)
            for (pipe_t target = 0; target < pipe_count; ++target)
                for (event_t event = 0; event < machine::event_count; ++event)
                    for (const Flag flag{source, target, event}; has(flag);) body(flag, take(flag));
    }

private:
    struct Queue {
        std::vector<Token> tokens;
        size_t first = 0;

        size_t size() const { return tokens.size() - first; }
        void clear() {
            tokens.clear();
            first = 0;
        }
    };

    Queue queues_[flag_count];
    size_t count_ = 0;
};

// Sets and waits in the order of issue, where it shows when a flag is set that is still up.
class Balance {
public:
    void clear() { std::fill(std::begin(pending_), std::end(pending_), 0); }

    int& pending(Flag flag) { return pending_[flag.number()]; }
    // Where a flag was set last.
    Site& last_set(Flag flag) { return last_set_[flag.number()]; }

private:
    int pending_[flag_count] = {};
    Site last_set_[flag_count];
};

}  // namespace pto::checked
