// Inputs that are worth fetching before their task runs, as ranges of rows, and who has been told of them.
#pragma once

#include "task.hpp"

namespace ptodsl {

// The dims of a window that are left when those of one element are dropped and those without a gap between them joined;
// innermost first, in bytes.
struct Rows {
    int rank;
    int64_t size[max_rank + 1];
    int64_t pitch[max_rank + 1];
};

inline Rows rows_of(const int64_t* shape, const int64_t* strides, int rank, int64_t element_size) {
    Rows rows = {1, {element_size}, {1}};
    for (int dim = rank - 1; dim >= 0; --dim) {
        if (shape[dim] == 1) continue;
        const int last = rows.rank - 1;
        const int64_t pitch = strides[dim] * element_size;
        if (pitch == rows.size[last] * rows.pitch[last]) {
            rows.size[last] *= shape[dim];
        } else {
            rows.size[rows.rank] = shape[dim];
            rows.pitch[rows.rank++] = pitch;
        }
    }
    return rows;
}

// Adds what of the rows finds room: two dims a range. The rest is not fetched ahead.
inline void add_ranges(Submission& task, const unsigned char* first, const Rows& rows, int dim) {
    if (dim > 1) {
        for (int64_t i = 0; i < rows.size[dim] && task.cold < pto_ahead_most; ++i) {
            add_ranges(task, first + i * rows.pitch[dim], rows, dim - 1);
        }
    } else if (task.cold < pto_ahead_most) {
        const bool several = dim == 1;
        task.ranges[task.cold++] = {first, several ? rows.size[1] : 1, rows.size[0], several ? rows.pitch[1] : 0, 0};
    }
}

// What one thread has announced to the instructions that it runs.
class Announcer {
public:
    // Speaks to the calling thread from now on; to nobody where there is no such place.
    void start(pto_ahead* (*place)()) {
        ahead_ = place == nullptr ? nullptr : place();
        announced_ = -1;
        has_announced_ = false;
    }

    bool is_heard() const { return ahead_ != nullptr; }

    // The task whose inputs have been announced and are not all fetched; -1 where there is none.
    int64_t awaited() const { return ahead_->next < ahead_->count ? announced_ : -1; }

    void clear() {
        if (ahead_ != nullptr) ahead_->next = ahead_->count = 0;
    }

    // Announces the inputs of a task, except those that this thread has announced of late: they are in the cache.
    void announce(const Submission& task) {
        if (!has_announced_) __builtin_memset(recent_, 0, sizeof recent_);
        has_announced_ = true;
        announced_ = task.number;
        clear();
        for (int i = 0; i < task.cold; ++i) {
            const unsigned char*& recent = recent_[place_of(task.ranges[i].first)];
            if (recent == task.ranges[i].first) continue;
            recent = task.ranges[i].first;
            ahead_->ranges[ahead_->count++] = task.ranges[i];
        }
    }

private:
    static constexpr int remembered = 32;

    static unsigned place_of(const unsigned char* first) {
        return static_cast<unsigned>((reinterpret_cast<uintptr_t>(first) * 0x9E3779B97F4A7C15u) >> 59);
    }

    pto_ahead* ahead_;
    int64_t announced_;
    bool has_announced_;
    const unsigned char* recent_[remembered];  // once it has announced something
};

}  // namespace ptodsl
