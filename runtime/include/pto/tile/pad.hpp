// Pad values: the standard ones by name, any other by its bits.
#pragma once

#include "../base/enums.hpp"
#include "../base/float16.hpp"

namespace pto {

constexpr PadValue custom_pad(uint32_t bits) {
    return static_cast<PadValue>(static_cast<uint64_t>(PadValue::CustomBase) | bits);
}

constexpr PadValue PadValueCustom(float value) { return custom_pad(detail::bits_as<uint32_t>(value)); }
constexpr PadValue PadValueCustom(half value) { return custom_pad(value.bits); }
constexpr PadValue PadValueCustom(bfloat16_t value) { return custom_pad(value.bits); }
constexpr PadValue PadValueCustom16(uint16_t bits) { return custom_pad(bits); }

template <typename Integer, typename = detail::enable_if_t<detail::is_integer<Integer>>>
constexpr PadValue PadValueCustom(Integer value) {
    return custom_pad(static_cast<detail::unsigned_t<sizeof(Integer)>>(value));
}

constexpr bool isCustomPadValue(PadValue pad) { return pad >= PadValue::CustomBase; }
constexpr uint32_t getCustomPadBits(PadValue pad) { return static_cast<uint32_t>(static_cast<uint64_t>(pad)); }

namespace detail {

template <typename T>
constexpr T greatest_value() {
    if constexpr (is_float<T>)
        return T(__builtin_inff());
    else if constexpr (is_signed_integer<T>)
        return static_cast<T>(static_cast<unsigned_t<sizeof(T)>>(~unsigned_t<sizeof(T)>{0}) >> 1);
    else
        return static_cast<T>(~T{0});
}

template <typename T>
constexpr T least_value() {
    if constexpr (is_float<T>)
        return T(-__builtin_inff());
    else
        return static_cast<T>(~greatest_value<T>());
}

// The element that a pad value stands for: infinities for Max and Min of a float type.
template <typename T, PadValue Pad>
constexpr T pad_element() {
    if constexpr (isCustomPadValue(Pad)) {
        static_assert(sizeof(T) <= 4, "a custom pad value holds 32 bits: pad 8-byte elements with Zero, Max or Min");
        return bits_as<T>(static_cast<unsigned_t<sizeof(T)>>(getCustomPadBits(Pad)));
    } else if constexpr (Pad == PadValue::Max) {
        return greatest_value<T>();
    } else if constexpr (Pad == PadValue::Min) {
        return least_value<T>();
    } else {
        return T(0);
    }
}

}  // namespace detail

template <auto Value>
inline constexpr PadValue PadCustom = PadValueCustom(Value);

}  // namespace pto
