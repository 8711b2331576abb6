// Conversion between element types, lane by lane, by rounding mode and with or without saturation.
//
// To an integer: NaN gives 0; with saturation a value beyond the type's range gives its nearest end, without it the
// value, first brought into a wider type (int32 for up to 16 bits, else int64), loses its upper bits. To half and
// bfloat16_t: with saturation a value beyond the largest finite one, infinity too, gives that one, without it infinity;
// NaN stays NaN.
#pragma once

#include "../tile/pad.hpp"
#include "lanes.hpp"
#include "round.hpp"

namespace pto::detail {

template <typename T, int Count>
using ComputeVector = Vector<compute_t<T>, Count>;

template <typename T>
struct Float16Format;
template <>
struct Float16Format<half> {
    static constexpr int fraction_bits = 10;
    static constexpr float largest = 65504.0f;
};
template <>
struct Float16Format<bfloat16_t> {
    static constexpr int fraction_bits = 7;
    static constexpr float largest = 0x1.fep127f;
};

template <typename V>
PTO_INLINE V clamp_magnitude(V x, float largest) {
    const V limit = splat<V>(largest);
    return magnitude_of(x) > limit ? with_sign_of(limit, x) : x;
}

template <typename To, typename V>
PTO_INLINE V round_to_16_bits(V x, RoundMode mode, bool saturate) {
    constexpr int lost = 23 - Float16Format<To>::fraction_bits;
    V rounded = x;
    if (mode != RoundMode::CAST_RINT) {
        rounded = round_fraction(x, lost, mode);
        if constexpr (is_same<To, half>) {
            // Below 2^-14 the quantum of half is 2^-24.
            const V small = round_to_integral(x * splat<V>(0x1p24f), mode) * splat<V>(0x1p-24f);
            rounded = magnitude_of(x) < splat<V>(0x1p-14f) ? small : rounded;
        }
    }
    return saturate ? clamp_magnitude(rounded, Float16Format<To>::largest) : rounded;
}

constexpr RoundMode or_default(RoundMode mode, RoundMode preset) {
    return mode == RoundMode::CAST_NONE ? preset : mode;
}

// The largest float that an integer type can hold: below 2^31 they are 128 apart.
template <typename T>
constexpr float greatest_float() {
    constexpr T greatest = greatest_value<T>();
    if constexpr (sizeof(T) <= 2)
        return static_cast<float>(greatest);
    else
        return static_cast<float>(greatest & ~(greatest >> 24));
}

template <typename To, typename V>
PTO_INLINE auto saturate_integral(V integral) {
    constexpr int count = lanes_of<V>;
    using Result = Vector<To, count>;
    using Wide = Vector<conditional_t<sizeof(To) <= 2, int32_t, To>, count>;
    const V number = integral == integral ? integral : V{};
    const V low = splat<V>(static_cast<float>(least_value<To>())), high = splat<V>(greatest_float<To>());
    const V above_low = number > low ? number : low;
    const V inside = above_low < high ? above_low : high;
    const Result converted = __builtin_convertvector(__builtin_convertvector(inside, Wide), Result);
    if constexpr (sizeof(To) <= 2) {
        return converted;
    } else {
        const auto beyond = __builtin_convertvector(number > high, Vector<signed_t<sizeof(To)>, count>);
        return beyond ? splat<Result>(greatest_value<To>()) : converted;
    }
}

template <typename To, typename V>
PTO_INLINE auto float_to_integer(V x, RoundMode mode, bool saturate) {
    using Wide = conditional_t<(sizeof(To) <= 2), int32_t, int64_t>;
    using Result = Vector<To, lanes_of<V>>;
    const V integral = round_to_integral(x, or_default(mode, RoundMode::CAST_TRUNC));
    if (saturate || sizeof(To) == 8) return saturate_integral<To>(integral);
    return Result(__builtin_convertvector(saturate_integral<Wide>(integral), Result));
}

template <typename To, typename V>
PTO_INLINE auto integer_to_integer(V x, bool saturate) {
    using From = element_t<V>;
    constexpr bool loses_top = sizeof(To) < sizeof(From) ||
                               (sizeof(To) == sizeof(From) && is_signed_integer<To> && !is_signed_integer<From>);
    constexpr bool loses_bottom = is_signed_integer<From> && (!is_signed_integer<To> || sizeof(To) < sizeof(From));
    if (saturate) {
        if constexpr (loses_bottom) {
            const V low = splat<V>(is_signed_integer<To> ? static_cast<From>(least_value<To>()) : From{0});
            x = x < low ? low : x;
        }
        if constexpr (loses_top) {
            const V high = splat<V>(static_cast<From>(greatest_value<To>()));
            x = x > high ? high : x;
        }
    }
    return __builtin_convertvector(x, Vector<To, lanes_of<V>>);
}

// Through double: integers of up to 53 bits are exact in it; for larger ones a bit far below float's last stands for
// all that is lost.
template <typename V>
PTO_INLINE auto to_double(V x) {
    using From = element_t<V>;
    if constexpr (sizeof(From) == 8) {
        constexpr From low_bits = 0xfff;
        const auto large = wrapping(Absolute{}(x)) >= splat<wrapping_t<V>>(uint64_t{1} << 53);
        const V rest = x & low_bits;
        const V marked = (x - rest) | (rest == V{} ? V{} : splat<V>(From{0x800}));
        x = large ? marked : x;
    }
    return __builtin_convertvector(x, Vector<double, lanes_of<V>>);
}

template <typename To, typename V>
PTO_INLINE auto integer_to_float(V x, RoundMode mode, bool saturate) {
    using Result = Vector<float, lanes_of<V>>;
    constexpr bool exact = sizeof(element_t<V>) <= 2;
    if constexpr (is_same<To, float>) {
        if (exact || mode == RoundMode::CAST_RINT) return Result(__builtin_convertvector(x, Result));
        return Result(__builtin_convertvector(round_fraction(to_double(x), 52 - 23, mode), Result));
    } else {
        if (exact) return round_to_16_bits<To>(__builtin_convertvector(x, Result), mode, saturate);
        constexpr int lost = 52 - Float16Format<To>::fraction_bits;
        const Result rounded = __builtin_convertvector(round_fraction(to_double(x), lost, mode), Result);
        return saturate ? clamp_magnitude(rounded, Float16Format<To>::largest) : rounded;
    }
}

// One vector of From elements as To elements.
template <typename To, typename From>
struct Convert {
    RoundMode mode;
    bool saturate;

    template <typename V>
    PTO_INLINE auto operator()(V x) const {
        const RoundMode to_float = or_default(mode, RoundMode::CAST_RINT);
        if constexpr (is_integer<From> && is_integer<To>)
            return integer_to_integer<To>(x, saturate);
        else if constexpr (is_integer<To>)
            return float_to_integer<To>(x, mode, saturate);
        else if constexpr (is_integer<From>)
            return integer_to_float<To>(x, to_float, saturate);
        else if constexpr (is_float16<To>)
            return round_to_16_bits<To>(x, to_float, saturate);
        else if constexpr (is_same<To, From>)
            return round_to_integral(x, to_float);
        else
            return x;
    }
};

}  // namespace pto::detail
