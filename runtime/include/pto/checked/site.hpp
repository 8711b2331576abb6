// Where in a kernel's text something stands: the default argument of every checked instruction is the place of its call.
#pragma once

namespace pto::checked {

struct Site {
    const char* file;
    int line;

    constexpr Site(const char* file = __builtin_FILE(), int line = __builtin_LINE()) : file(file), line(line) {}
};

}  // namespace pto::checked
