// What the calling thread will read soon. Whoever runs kernels and knows the next one says so here; instructions that
// have time to spare fetch it into the caches. It changes no result, and nobody need say anything.
#pragma once

#include "language.hpp"

// Rows of bytes, evenly far apart. What has been fetched is taken off the front.
struct pto_ahead_range {
    const unsigned char* first;
    int64_t rows;
    int64_t row_bytes;
    int64_t pitch;  // bytes from a row to the next
};

inline constexpr int pto_ahead_most = 8;

struct pto_ahead {
    int count;
    pto_ahead_range ranges[pto_ahead_most];
};
inline thread_local pto_ahead pto_current_ahead;
