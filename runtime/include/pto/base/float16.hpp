// half (IEEE binary16) and bfloat16_t as storage types: 16 bits that convert to and from float, exactly one way and to
// nearest even the other. Arithmetic on them happens in float and rounds when it is stored.
//
// The conversions are written once, over "bits": a scalar uint32_t (constant expressions too) or a vector of them.
#pragma once

#include "traits.hpp"

namespace pto::detail {

template <typename To, typename From>
PTO_INLINE constexpr To bits_as(const From& from) {
    static_assert(sizeof(To) == sizeof(From), "a bit cast keeps the size");
    return __builtin_bit_cast(To, from);
}

// A constant in the shape of Bits. Subtracting zero keeps the sign of -0.0, which adding would lose.
template <typename V, typename Element>
PTO_INLINE constexpr V splat(Element value) {
    return value - V{};
}

template <typename Float, typename Bits>
PTO_INLINE constexpr Float half_bits_to_float(Bits half) {
    const Bits sign = (half & 0x8000u) << 16;
    const Bits magnitude = half & 0x7fffu;
    const Bits normal = (magnitude << 13) + (112u << 23);
    const Bits special = (magnitude << 13) + (224u << 23);
    const Bits quiet = special | 0x00400000u;
    // 2^-14 + m * 2^-24 - 2^-14: float subtraction normalises the subnormals.
    const Bits raised = (magnitude << 13) + (113u << 23);
    const Bits subnormal = bits_as<Bits>(bits_as<Float>(raised) - splat<Float>(0x1p-14f));
    const Bits infinite = magnitude > splat<Bits>(0x7c00u) ? quiet : special;
    const Bits finite = magnitude < splat<Bits>(0x0400u) ? subnormal : normal;
    return bits_as<Float>((magnitude < splat<Bits>(0x7c00u) ? finite : infinite) | sign);
}

template <typename Float, typename Bits>
PTO_INLINE constexpr Bits float_to_half_bits(Float value) {
    const Bits bits = bits_as<Bits>(value);
    const Bits magnitude = bits & 0x7fffffffu;
    const Bits sign = (bits >> 16) & 0x8000u;
    const Bits normal = (magnitude + 0xfffu + ((magnitude >> 13) & 1u) - (112u << 23)) >> 13;
    // The unit in the last place of 0.5 is 2^-24, the quantum of half's subnormals: the addition rounds.
    const Bits subnormal = bits_as<Bits>(bits_as<Float>(magnitude) + splat<Float>(0.5f)) - 0x3f000000u;
    const Bits nan = ((magnitude >> 13) & 0x3ffu) | 0x7e00u;
    const Bits finite = magnitude < splat<Bits>(0x38800000u) ? subnormal : normal;
    const Bits special = magnitude > splat<Bits>(0x7f800000u) ? nan : splat<Bits>(0x7c00u);
    return sign | (magnitude < splat<Bits>(0x47800000u) ? finite : special);
}

template <typename Float, typename Bits>
PTO_INLINE constexpr Float bfloat_bits_to_float(Bits bfloat) {
    return bits_as<Float>(bfloat << 16);
}

template <typename Float, typename Bits>
PTO_INLINE constexpr Bits float_to_bfloat_bits(Float value) {
    const Bits bits = bits_as<Bits>(value);
    const Bits rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const Bits nan = (bits >> 16) | 0x0040u;
    return (bits & 0x7fffffffu) > splat<Bits>(0x7f800000u) ? nan : rounded;
}

// double to float so that a second rounding to 16 bits gives what a single one would: truncate, mark the loss.
PTO_INLINE constexpr float narrow_to_odd(double value) {
    const float nearest = static_cast<float>(value);
    const uint32_t bits = bits_as<uint32_t>(nearest);
    const double back = static_cast<double>(nearest);
    if (back == value || value != value || (bits & 0x7fffffffu) == 0x7f800000u) return nearest;
    const bool beyond = value < 0 ? back < value : back > value;
    return bits_as<float>((beyond ? bits - 1u : bits) | 1u);
}

}  // namespace pto::detail

struct half {
    uint16_t bits;

    half() = default;
    constexpr half(float value)
        : bits(static_cast<uint16_t>(pto::detail::float_to_half_bits<float, uint32_t>(value))) {}
    constexpr half(double value) : half(pto::detail::narrow_to_odd(value)) {}
    template <typename Integer, typename = pto::detail::enable_if_t<pto::detail::is_integer<Integer>>>
    constexpr half(Integer value) : half(static_cast<double>(value)) {}

    constexpr operator float() const { return pto::detail::half_bits_to_float<float, uint32_t>(bits); }
};

struct bfloat16_t {
    uint16_t bits;

    bfloat16_t() = default;
    constexpr bfloat16_t(float value)
        : bits(static_cast<uint16_t>(pto::detail::float_to_bfloat_bits<float, uint32_t>(value))) {}
    constexpr bfloat16_t(double value) : bfloat16_t(pto::detail::narrow_to_odd(value)) {}
    template <typename Integer, typename = pto::detail::enable_if_t<pto::detail::is_integer<Integer>>>
    constexpr bfloat16_t(Integer value) : bfloat16_t(static_cast<double>(value)) {}

    constexpr operator float() const { return pto::detail::bfloat_bits_to_float<float, uint32_t>(bits); }
};

using float16_t = half;
using float32_t = float;

namespace pto::detail {

template <typename T>
inline constexpr bool is_float16 = is_one_of<T, half, bfloat16_t>;

template <typename T>
inline constexpr bool is_float = is_same<T, float> || is_float16<T>;

}  // namespace pto::detail
