// Fetches what the calling thread will read soon, a cache line at a time, between other work.
#pragma once

#include "../base/ahead.hpp"

namespace pto::detail {

inline constexpr int64_t line_bytes = 64;

// The next cache line to fetch, of a run of them. Where there is none the same line comes again and again, which costs
// nothing and needs no question.
struct Line {
    const unsigned char* next;
    const unsigned char* end;
    int64_t step;
};

// Goes through the ranges that the thread was told of. Loops take `line`, fetch by `fetch_line`, and put it back.
class Fetcher {
public:
    PTO_INLINE explicit Fetcher(pto_ahead& ahead) : line(nothing()), ahead_(ahead) {
        if (ahead.next < ahead.count) line = first_line();
    }
    Fetcher(const Fetcher&) = delete;
    PTO_INLINE ~Fetcher() {
        if (line.step != 0) range().done = line.next - range().first;
    }

    // A tile's worth has room in the second level, beside what is being worked on.
    PTO_INLINE Line fetch_line(Line line) {
        __builtin_prefetch(line.next, 0, 2);
        line.next += line.step;
        return __builtin_expect(line.next >= line.end, 0) ? after_row() : line;
    }

    Line line;

private:
    static PTO_INLINE Line nothing() {
        static constexpr unsigned char somewhere[1] = {};
        return {somewhere, reinterpret_cast<const unsigned char*>(UINTPTR_MAX), 0};
    }

    PTO_INLINE pto_ahead_range& range() { return ahead_.ranges[ahead_.next]; }

    PTO_INLINE Line first_line() {
        return {range().first + range().done, range().first + range().row_bytes, line_bytes};
    }

    PTO_INLINE Line after_row() {
        range().first += range().pitch;
        range().done = 0;
        if (--range().rows == 0) ++ahead_.next;
        return ahead_.next < ahead_.count ? first_line() : nothing();
    }

    pto_ahead& ahead_;
};

}  // namespace pto::detail
