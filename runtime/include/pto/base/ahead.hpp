// What the calling thread will read soon. Whoever runs kernels and knows the next one says so here; instructions that
// have time to spare fetch it into the caches. It changes no result, and nobody need say anything.
#pragma once

#include "language.hpp"

// Rows of bytes, evenly far apart. Rows that have been fetched are taken off the front; of the one that is first then,
// `done` bytes have been.
struct pto_ahead_range {
    const unsigned char* first;
    int64_t rows;
    int64_t row_bytes;
    int64_t pitch;  // bytes from a row to the next
    int64_t done;
};

inline constexpr int pto_ahead_most = 8;

// Ranges from `next` on are still to be fetched.
struct pto_ahead {
    int next;
    int count;
    pto_ahead_range ranges[pto_ahead_most];
};
inline thread_local pto_ahead pto_current_ahead;
