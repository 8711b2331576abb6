// What checked programs say besides their instructions, since these do not show it.
#pragma once

#include "engine.hpp"

namespace pto::checked {

// A number that must not be 0: a divisor of integers, the step of a loop.
inline void not_zero(const char* what, int64_t number, Site site = {}) {
    const Field field{"what", what, 0};
    if (number == 0) report("zero", site, &field, 1);
}

}  // namespace pto::checked
