// What a launch may use of the process that it runs in: threads, and word of an interrupt. The launcher hands it to a
// program's entry. Without one every task runs on the calling thread, so that a program's library works anywhere.
#pragma once

#include <cstdint>

struct ptodsl_host {
    int64_t workers;  // threads that may work on this launch, the caller included
    uint64_t seed;    // 0: ready tasks run earliest first; else in an order drawn from it, which only tests want

    // Asks for one more thread to run `help(context)`. It may come late, or never.
    void (*call)(ptodsl_host*, void (*help)(void* context), void* context);
    // Takes back what was asked for; returns when no thread is in `help`, and none will be.
    void (*dismiss)(ptodsl_host*);
    // Whether another launch waits for a thread.
    bool (*is_wanted)(ptodsl_host*);
    // The caller sleeps until `*awaited` is 0 and `wake` has been called, or for a hundredth of a second.
    void (*sleep)(ptodsl_host*, const int* awaited);
    void (*wake)(ptodsl_host*);
    // Whether the launch is to stop. Only the caller asks, and now and then.
    bool (*interrupted)(ptodsl_host*);
    // Told of every dependency, by the numbers of the tasks; null where nobody wants to know.
    void (*traced)(ptodsl_host*, int64_t from, int64_t to);

    int64_t tasks;      // what the launch leaves here: the tasks that were submitted
    int64_t allocated;  // the bytes that were allocated for it
};

// The host of the launch that this thread is about to run; null where there is none.
inline thread_local ptodsl_host* ptodsl_current_host = nullptr;
