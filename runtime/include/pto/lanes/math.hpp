// Functions of one float lane, as polynomials on whole vectors. No product fuses with a sum, so every host gives the
// same bits. Largest error found over every 17th float, in units of the last place: exponential 0.98, logarithm 0.86.
// Square roots and divisions are correctly rounded.
//
// exponential: exp(-inf) = 0, exp(NaN) = NaN, overflow gives inf, small results are subnormal.
// logarithm: log(+-0) = -inf, log(x < 0) = NaN, log(inf) = inf, log(NaN) = NaN; subnormals are exact.
#pragma once

#include "arithmetic.hpp"

namespace pto::detail {

// Coefficients from the highest power down.
template <typename V, typename... Coefficients>
PTO_INLINE V polynomial(V x, float highest, Coefficients... rest) {
    V sum = splat<V>(highest);
    ((sum = sum * x + splat<V>(rest)), ...);
    return sum;
}

struct Exponential {
    template <typename V>
    PTO_INLINE V operator()(V x) const {
        // Beyond these the result is inf and 0; NaN passes both comparisons by.
        x = less_or_second(splat<V>(89.0f), x);
        x = greater_or_second(splat<V>(-104.0f), x);
        // x = n ln 2 + r with |r| <= ln 2 / 2; adding 1.5 * 2^23 rounds to an integer.
        const V shifter = splat<V>(0x1.8p23f);
        const V n = (x * splat<V>(0x1.715476p0f) + shifter) - shifter;
        const V r = (x - n * splat<V>(0x1.63p-1f)) - n * splat<V>(-0x1.bd0106p-13f);
        const V tail = polynomial(r, 0x1.6a4b34p-10f, 0x1.12398ep-7f, 0x1.5558b2p-5f, 0x1.555492p-3f, 0x1.fffffcp-2f);
        return scale_by_power_of_two((r * r) * tail + r + splat<V>(1.0f), n);
    }
};

struct Logarithm {
    template <typename V>
    PTO_INLINE V operator()(V x) const {
        using Bits = signed_lanes<V>;
        const auto tiny = x < splat<V>(0x1p-126f);
        const V scaled = tiny ? x * splat<V>(0x1p23f) : x;
        // scaled = m 2^n with sqrt(1/2) <= m < sqrt(2).
        const Bits bits = bits_as<Bits>(scaled) - 0x3f3504f3;
        const Bits exponent = (bits >> 23) - (tiny ? splat<Bits>(23) : Bits{});
        const V m = bits_as<V>((bits & 0x007fffff) + 0x3f3504f3);
        const V n = __builtin_convertvector(exponent, V);
        const V f = m - splat<V>(1.0f), square = f * f;
        const V tail = polynomial(f, -0x1.38cf2p-4f, 0x1.05602ep-3f, -0x1.0d81f2p-3f, 0x1.22d8f8p-3f, -0x1.54728cp-3f,
                                  0x1.99a01ep-3f, -0x1.000226p-2f, 0x1.555554p-2f);
        const V low = f * square * tail + n * splat<V>(-0x1.bd0106p-13f) - square * splat<V>(0.5f);
        const V finite = (low + f) + n * splat<V>(0x1.63p-1f);
        const V infinite = splat<V>(__builtin_inff());
        const V above = x < infinite ? finite : x;
        const V below = x == V{} ? -infinite : splat<V>(__builtin_nanf(""));
        return x > V{} ? above : (x != x ? x : below);
    }
};

struct SquareRoot {
    template <typename V>
    PTO_INLINE V operator()(V x) const {
        return square_root(x);
    }
};

struct Reciprocal {
    template <typename V>
    PTO_INLINE V operator()(V x) const {
        return splat<V>(1.0f) / x;
    }
};

struct ReciprocalSquareRoot {
    template <typename V>
    PTO_INLINE V operator()(V x) const {
        return splat<V>(1.0f) / square_root(x);
    }
};

}  // namespace pto::detail
