// The one name that a program's library shows, in front of the program's own entry. Included ahead of every program:
// the rest is hidden, and an entry that is defined in a namespace g++ would hide too.
#pragma once

#include <ptodsl/host.hpp>

struct ptodsl_error;
extern "C" int64_t ptodsl_run(const int64_t* args, ptodsl_error* error);

extern "C" __attribute__((visibility("default"))) int64_t ptodsl_entry(const int64_t* args, ptodsl_error* error,
                                                                      ptodsl_host* host) {
    ptodsl_current_host = host;
    return ptodsl_run(args, error);
}
