// How long the tasks of a program take, and with that how often it is worth looking at the clock.
#pragma once

#include <cstdint>
#include <time.h>

namespace ptodsl {

inline int64_t now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * int64_t{1000000000} + time.tv_nsec;
}

// Nanoseconds, as the launches of the program have shown; a guess before the first one.
class Pace {
public:
    int64_t task() const { return task_ == 0 ? guess : task_; }

    void begin() {
        begun_ = checked_ = heeded_ = now();
        until_check_ = interval_ = task_ == 0 ? 1 : between_checks(task_);
    }

    // After a launch whose caller has run so many tasks.
    void end(int64_t tasks) {
        if (tasks == 0) return;
        const int64_t measured = (now() - begun_) / tasks + 1;
        task_ = task_ == 0 ? measured : (task_ + measured) / 2;
    }

    // Whether it is time to ask for interrupts. Called after every task; looks at the clock about once a millisecond.
    bool is_due() { return --until_check_ <= 0 && check(); }

    bool check() {
        const int64_t time = now();
        until_check_ = interval_ = between_checks((time - checked_) / interval_);
        checked_ = time;
        if (time - heeded_ < 10000000) return false;
        heeded_ = time;
        return true;
    }

private:
    static constexpr int64_t guess = 20000;

    static int64_t between_checks(int64_t task) {
        const int64_t tasks = 1000000 / (task + 1);
        return tasks < 1 ? 1 : tasks > 256 ? 256 : tasks;
    }

    int64_t task_ = 0;
    int64_t begun_ = 0;
    int64_t checked_ = 0;
    int64_t heeded_ = 0;
    int64_t interval_ = 1;
    int64_t until_check_ = 1;
};

}  // namespace ptodsl
