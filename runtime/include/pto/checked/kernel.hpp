// The run of one kernel: what it was given, from its first instruction to its end.
//
//   const Parameter parameters[] = {{"a", args[0], sizeof(float), Use::Reads, 2, {16, 64}, {64, 1}}, ...};
//   const Kernel kernel("add", parameters);
#pragma once

#include <cstdint>

#include "site.hpp"

namespace pto::checked {

enum class Use : int { Reads, Writes, Both };

// A tensor that a kernel was given: what it may touch of global memory. Strides count elements.
struct Parameter {
    const char* name;
    int64_t address;
    int64_t element_bytes;
    Use use;
    int rank;
    int64_t shape[5];
    int64_t strides[5];
};

void begin(const char* kernel, const Parameter* parameters, int count, Site site);
void end(Site site);

class Kernel {
public:
    template <int Count>
    Kernel(const char* name, const Parameter (&parameters)[Count], Site site = {}) : site_(site) {
        begin(name, parameters, Count, site);
    }
    explicit Kernel(const char* name, Site site = {}) : site_(site) { begin(name, nullptr, 0, site); }
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;
    ~Kernel() { end(site_); }

private:
    Site site_;
};

}  // namespace pto::checked
