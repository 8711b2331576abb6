// The lock of a task graph: held for tens of nanoseconds, so that waiting for it is spinning.
#pragma once

#include <sched.h>

namespace ptodsl {

inline void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// Reads and writes of what one thread changes while another looks at it without the lock.
template <typename T>
T peek(const T& place) {
    return __atomic_load_n(&place, __ATOMIC_ACQUIRE);
}

template <typename T>
void poke(T& place, T value) {
    __atomic_store_n(&place, value, __ATOMIC_RELEASE);
}

class Lock {
public:
    // A lock costs nothing as long as only one thread takes it. The first one holds it when a second one may come.
    void share() {
        poke(held_, 1);
        shared_ = true;
    }

    // For the one thread that is left, when it does not hold it.
    void unshare() { shared_ = false; }

    // Whether it is worth while to take it seldom.
    bool is_shared() const { return shared_; }

    void acquire() {
        if (!shared_) return;
        while (__atomic_exchange_n(&held_, 1, __ATOMIC_ACQUIRE) != 0) wait();
    }

    void release() {
        if (shared_) poke(held_, 0);
    }

private:
    static constexpr int patience = 64;

    // The holder may have lost its processor: then spinning would keep it from coming back.
    void wait() const {
        for (int spins = 0; peek(held_) != 0; ++spins) {
            if (spins < patience) pause();
            else sched_yield();
        }
    }

    int held_ = 0;
    bool shared_ = false;
};

// Holds a lock for a scope.
class Hold {
public:
    explicit Hold(Lock& lock) : lock_(lock) { lock_.acquire(); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { lock_.release(); }

private:
    Lock& lock_;
};

}  // namespace ptodsl
