// Whether two sets of strided elements have a common one, whatever their strides and where they begin.
//
// An element is where its set begins plus a multiple of the stride of each dim. So there is a common one if the distance
// between the two beginnings is a sum of such multiples, those of the second set subtracted. The largest strides are
// tried first: what the others can still make up for leaves only a few multiples of each, where strides are nested.
#pragma once

#include <cstdint>

namespace ptodsl {

class CommonElement {
public:
    explicit CommonElement(int64_t distance) : distance_(distance) {}

    // Lets the sum have a multiple of a stride, from `low` to `high` times.
    void add(int64_t stride, int64_t low, int64_t high) {
        if (low == high) return;  // both 0: the index of a dim of one element
        int place = count_;
        while (place > 0 && terms_[place - 1].stride < stride) --place;
        if (place > 0 && terms_[place - 1].stride == stride) {
            terms_[place - 1].low += low;
            terms_[place - 1].high += high;
            return;
        }
        for (int later = count_++; later > place; --later) terms_[later] = terms_[later - 1];
        terms_[place] = {stride, low, high};
    }

    // True also where that takes too long to find out.
    bool may_exist() {
        int64_t low = 0, high = 0;
        for (int i = count_; i-- > 0;) {
            lowest_rest_[i] = low;
            highest_rest_[i] = high;
            low += terms_[i].stride * terms_[i].low;
            high += terms_[i].stride * terms_[i].high;
        }
        return low <= distance_ && distance_ <= high && reaches(distance_, 0);
    }

private:
    struct Term {
        int64_t stride, low, high;
    };

    static constexpr int most_terms = 10;
    static constexpr int most_steps = 500;

    static int64_t floored(int64_t number, int64_t divisor) {
        return number / divisor - (number % divisor < 0 ? 1 : 0);
    }

    // Whether the terms from `index` on can sum up to `sum`.
    bool reaches(int64_t sum, int index) {
        if (index == count_) return sum == 0;
        const Term& term = terms_[index];
        int64_t first = -floored(highest_rest_[index] - sum, term.stride);
        int64_t last = floored(sum - lowest_rest_[index], term.stride);
        if (first < term.low) first = term.low;
        if (last > term.high) last = term.high;
        for (int64_t times = first; times <= last; ++times) {
            if (++steps_ > most_steps || reaches(sum - times * term.stride, index + 1)) return true;
        }
        return false;
    }

    int64_t distance_;
    int count_ = 0;
    int steps_ = 0;
    Term terms_[most_terms];
    int64_t lowest_rest_[most_terms];
    int64_t highest_rest_[most_terms];
};

}  // namespace ptodsl
