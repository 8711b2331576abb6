// The few type computations the library needs, without the standard library: every kernel pays for what is included.
#pragma once

#include "language.hpp"

namespace pto::detail {

template <bool Condition, typename T = void>
struct EnableIf {};
template <typename T>
struct EnableIf<true, T> {
    using type = T;
};
template <bool Condition, typename T = void>
using enable_if_t = typename EnableIf<Condition, T>::type;

template <bool Condition, typename Then, typename Else>
struct Conditional {
    using type = Then;
};
template <typename Then, typename Else>
struct Conditional<false, Then, Else> {
    using type = Else;
};
template <bool Condition, typename Then, typename Else>
using conditional_t = typename Conditional<Condition, Then, Else>::type;

template <typename A, typename B>
inline constexpr bool is_same = false;
template <typename A>
inline constexpr bool is_same<A, A> = true;

template <typename T, typename... Options>
inline constexpr bool is_one_of = (is_same<T, Options> || ...);

template <typename T>
struct Plain {
    using type = T;
};
template <typename T>
struct Plain<const T> : Plain<T> {};
template <typename T>
struct Plain<volatile T> : Plain<T> {};
template <typename T>
struct Plain<T&> : Plain<T> {};
template <typename T>
struct Plain<T&&> : Plain<T> {};
template <typename T>
using plain_t = typename Plain<T>::type;

template <typename T>
inline constexpr bool is_integer =
    is_one_of<T, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t>;

template <typename T>
inline constexpr bool is_signed_integer = is_one_of<T, int8_t, int16_t, int32_t, int64_t>;

template <size_t Bytes>
struct UnsignedOf;
template <>
struct UnsignedOf<1> {
    using type = uint8_t;
};
template <>
struct UnsignedOf<2> {
    using type = uint16_t;
};
template <>
struct UnsignedOf<4> {
    using type = uint32_t;
};
template <>
struct UnsignedOf<8> {
    using type = uint64_t;
};
template <size_t Bytes>
using unsigned_t = typename UnsignedOf<Bytes>::type;

template <size_t Bytes>
using signed_t = conditional_t<Bytes == 8, int64_t,
                               conditional_t<Bytes == 4, int32_t, conditional_t<Bytes == 2, int16_t, int8_t>>>;

// False for every T, yet only known when T is: lets a static_assert stand in a branch that must not be chosen.
template <typename T>
inline constexpr bool never = false;

template <typename T>
PTO_INLINE constexpr T least(T a, T b) {
    return a < b ? a : b;
}

}  // namespace pto::detail
