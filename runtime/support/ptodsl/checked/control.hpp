// What the host says to a checked program before a launch, and asks after it. The names are the library's own, beside
// `ptodsl_entry`.
#pragma once

#include <cstdint>

struct ptodsl_check {
    int64_t schedule;  // 0: program order, 1: lazy, 2: eager, 3: drawn from the seed
    uint64_t seed;
    int64_t limit;  // findings that are kept
};

extern "C" {
// A new run: findings and buffers of the one before are forgotten.
__attribute__((visibility("default"))) void ptodsl_check_start(const ptodsl_check* check);
// Bytes of global memory whose contents are undefined until they are written. All others count as defined.
__attribute__((visibility("default"))) void ptodsl_check_undefined(const void* start, int64_t bytes);
// Has each finding of the run also written to an open file when it is made, one JSON object a line: what a process leaves
// that does not live to be asked.
__attribute__((visibility("default"))) void ptodsl_check_record(int descriptor);
// The findings as one JSON array of objects with "kind", "file", "line", "other_file", "other_line" and fields; valid
// until the next start.
__attribute__((visibility("default"))) const char* ptodsl_check_findings();
}
