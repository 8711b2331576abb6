// Work that waits for its turn, with its own copy of what it needs.
#pragma once

#include <cstring>
#include <memory>
#include <utility>

#include <pto/checked/engine.hpp>

namespace pto::checked {

// Does work that has its turn.
inline void carry_out(const Work& work) {
    if (work.run) work.run(work.state);
}

class Held {
public:
    Held() = default;
    explicit Held(const Work& work) : run_(work.run), size_(work.size), state_(new unsigned char[work.size]) {
        std::memcpy(state_.get(), work.state, work.size);
    }
    Work work() const { return {run_, state_.get(), size_}; }

private:
    void (*run_)(void*) = nullptr;
    size_t size_ = 0;
    std::unique_ptr<unsigned char[]> state_;
};

}  // namespace pto::checked
