// Rounding by mode, of floats to integral values and to narrower formats. CAST_NONE is the conversion's own default and
// is settled by the caller.
#pragma once

#include "../base/enums.hpp"
#include "arithmetic.hpp"

namespace pto::detail {

// The bits of an IEEE format in lanes of its width.
template <typename V>
struct Format {
    using Bits = element_t<wrapping_t<V>>;
    static constexpr int fraction_bits = sizeof(Bits) == 4 ? 23 : 52;
    static constexpr Bits sign = Bits{1} << (8 * sizeof(Bits) - 1);
    static constexpr Bits infinity = static_cast<Bits>(sign - (Bits{1} << fraction_bits));
};

template <typename V>
PTO_INLINE V magnitude_of(V x) {
    return bits_as<V>(wrapping(x) & static_cast<typename Format<V>::Bits>(~Format<V>::sign));
}

template <typename V>
PTO_INLINE V with_sign_of(V magnitude, V sign) {
    return bits_as<V>(wrapping(magnitude) | (wrapping(sign) & Format<V>::sign));
}

template <typename V>
PTO_INLINE auto is_negative(V x) {
    return bits_as<signed_lanes<V>>(x) < signed_lanes<V>{};
}

// Of the two neighbours of a magnitude (equal if it is exact), the one that the mode takes.
template <typename Value, typename Mask>
PTO_INLINE Value choose(RoundMode mode, Value down, Value up, Value nearest, Mask half_or_more, Mask odd,
                        Mask negative) {
    switch (mode) {
        case RoundMode::CAST_RINT: return nearest;
        case RoundMode::CAST_ROUND: return half_or_more ? up : down;
        case RoundMode::CAST_FLOOR: return negative ? up : down;
        case RoundMode::CAST_CEIL: return negative ? down : up;
        case RoundMode::CAST_ODD: return odd ? down : up;
        default: return down;
    }
}

// To an integral value, keeping the sign of x, of zero too. From 2^23 on a float is integral.
template <typename V>
PTO_INLINE V round_to_integral(V x, RoundMode mode) {
    const V magnitude = magnitude_of(x), one = splat<V>(1.0f), limit = splat<V>(0x1p23f);
    const V nearest = (magnitude + limit) - limit;
    const V down = nearest > magnitude ? nearest - one : nearest;
    const V up = down < magnitude ? down + one : down;
    const V half = down * splat<V>(0.5f);
    const V rounded = choose(mode, down, up, nearest, magnitude - down >= splat<V>(0.5f),
                             (half + limit) - limit != half, is_negative(x));
    return magnitude < limit ? with_sign_of(rounded, x) : x;
}

// To a format with fewer fraction bits and the same or enough exponents: the last `lost` bits become zero.
template <typename V>
PTO_INLINE V round_fraction(V x, int lost, RoundMode mode) {
    using Bits = wrapping_t<V>;
    using Bit = element_t<Bits>;
    const Bit step = Bit{1} << lost;
    const Bits bits = wrapping(magnitude_of(x)), below = bits & (step - 1), middle = splat<Bits>(Bit(step / 2));
    const Bits down = bits - below, up = below == Bits{} ? down : down + step;
    const auto odd = (down & step) != Bits{}, more = below > middle, tie = below == middle;
    const Bits nearest = (more | (tie & odd)) ? up : down;
    const Bits rounded = choose(mode, down, up, nearest, more | tie, odd, is_negative(x));
    return bits < splat<Bits>(Format<V>::infinity) ? with_sign_of(bits_as<V>(rounded), x) : x;
}

}  // namespace pto::detail
