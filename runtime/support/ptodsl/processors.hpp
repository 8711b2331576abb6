// Where threads run. A thread that is woken for a few tasks may be put where its caller runs, and wait there for longer
// than the launch takes although another processor is idle; so it is told beforehand to keep off.
#pragma once

#include <pthread.h>

#if defined(__linux__)
#include <sched.h>
#include <unistd.h>
#endif

namespace ptodsl {

#if defined(__linux__)

inline int own_processor() { return sched_getcpu(); }

// Leaves a thread all processors of the process but one. Where there is no other, it stays as it was.
inline void keep_off(pthread_t thread, int processor) {
    cpu_set_t others;
    if (sched_getaffinity(getpid(), sizeof others, &others) != 0) return;
    CPU_CLR(static_cast<size_t>(processor), &others);
    if (CPU_COUNT(&others) > 0) pthread_setaffinity_np(thread, sizeof others, &others);
}

#else

inline int own_processor() { return -1; }
inline void keep_off(pthread_t, int) {}

#endif

}  // namespace ptodsl
