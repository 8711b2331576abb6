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

    // Launches may be as short as a look at the clock is long: few are measured.
    void begin() {
        begun_ = launches_ < 4 || launches_ % 16 == 0 ? now() : 0;
        ++launches_;
        checked_ = 0;
        until_check_ = before_first_check;
        interval_ = 1;
    }

    // After a launch whose caller has run so many tasks.
    void end(int64_t tasks) {
        if (tasks == 0 || begun_ == 0) return;
        const int64_t measured = (now() - begun_) / tasks + 1;
        task_ = task_ == 0 || measured < task_ ? measured : (task_ + measured) / 2;
    }

    // Whether it is time to ask for interrupts. Called after every task; looks at the clock about once a millisecond.
    bool is_due() { return --until_check_ <= 0 && check(); }

    bool check() {
        const int64_t time = now();
        if (checked_ != 0) interval_ = between_checks((time - checked_) / interval_);
        if (checked_ == 0) heeded_ = time;
        checked_ = time;
        until_check_ = interval_;
        if (time - heeded_ < 10000000) return false;
        heeded_ = time;
        return true;
    }

private:
    static constexpr int64_t guess = 20000;
    static constexpr int64_t before_first_check = 8;  // tasks

    static int64_t between_checks(int64_t task) {
        const int64_t tasks = 1000000 / (task + 1);
        return tasks < 1 ? 1 : tasks > 64 ? 64 : tasks;
    }

    int64_t task_ = 0;
    int64_t launches_ = 0;
    int64_t begun_ = 0;    // 0: not measured
    int64_t checked_ = 0;  // 0: not yet
    int64_t heeded_ = 0;
    int64_t interval_ = 1;
    int64_t until_check_ = 1;
};

}  // namespace ptodsl
