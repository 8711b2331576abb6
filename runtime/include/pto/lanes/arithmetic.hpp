// Arithmetic on lanes, for vectors of any element type: integers wrap, floats are IEEE in float.
//
// Maximum and Minimum give NaN if either operand is NaN, and the second operand if both are equal (so of +0 and -0 the
// second). Integer division by zero gives 0; the least integer divided by -1 wraps to itself.
#pragma once

#include "target.hpp"

namespace pto::detail {

template <typename V>
inline constexpr bool has_float_lanes = is_same<element_t<V>, float>;

// The same bits in unsigned lanes, where overflow wraps instead of being undefined.
template <typename V>
using wrapping_t = Vector<unsigned_t<sizeof(element_t<V>)>, lanes_of<V>>;
template <typename V>
PTO_INLINE wrapping_t<V> wrapping(V v) {
    return bits_as<wrapping_t<V>>(v);
}

// Signed lanes of the same width, which is what comparisons give.
template <typename V>
using signed_lanes = Vector<signed_t<sizeof(element_t<V>)>, lanes_of<V>>;

struct Add {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        if constexpr (has_float_lanes<V>)
            return a + b;
        else
            return bits_as<V>(wrapping(a) + wrapping(b));
    }
};

struct Subtract {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        if constexpr (has_float_lanes<V>)
            return a - b;
        else
            return bits_as<V>(wrapping(a) - wrapping(b));
    }
};

struct Multiply {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        if constexpr (has_float_lanes<V>)
            return a * b;
        else
            return bits_as<V>(wrapping(a) * wrapping(b));
    }
};

struct Divide {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        if constexpr (has_float_lanes<V>) {
            return a / b;
        } else {
            // Divide by 1 where the division is not defined, then put the result right.
            const V zero{}, one = splat<V>(element_t<V>{1});
            V divisor = b == zero ? one : b;
            if constexpr (is_signed_integer<element_t<V>>) {
                const auto negates = b == zero - one;
                const V negated = bits_as<V>(wrapping(zero) - wrapping(a));
                return b == zero ? zero : negates ? negated : a / (negates ? one : divisor);
            } else {
                return b == zero ? zero : a / divisor;
            }
        }
    }
};

struct Maximum {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        if constexpr (has_float_lanes<V>)
            return a == a ? greater_or_second(a, b) : a;
        else
            return a > b ? a : b;
    }
};

struct Minimum {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        if constexpr (has_float_lanes<V>)
            return a == a ? less_or_second(a, b) : a;
        else
            return a < b ? a : b;
    }
};

struct Absolute {
    template <typename V>
    PTO_INLINE V operator()(V x) const {
        if constexpr (has_float_lanes<V>)
            return bits_as<V>(wrapping(x) & 0x7fffffffu);
        else if constexpr (is_signed_integer<element_t<V>>)
            return x < V{} ? Subtract{}(V{}, x) : x;
        else
            return x;
    }
};

struct Negate {
    template <typename V>
    PTO_INLINE V operator()(V x) const {
        if constexpr (has_float_lanes<V>)
            return bits_as<V>(wrapping(x) ^ 0x80000000u);
        else
            return Subtract{}(V{}, x);
    }
};

// max(x, 0): NaN stays NaN, -0 becomes +0.
struct Rectify {
    template <typename V>
    PTO_INLINE V operator()(V x) const {
        return Maximum{}(x, V{});
    }
};

// The second operand fixed to one scalar, and the first one.
template <typename Operation, typename T>
struct WithRight {
    T scalar;
    template <typename V>
    PTO_INLINE V operator()(V a) const {
        return Operation{}(a, splat<V>(static_cast<element_t<V>>(scalar)));
    }
};

template <typename Operation, typename T>
struct WithLeft {
    T scalar;
    template <typename V>
    PTO_INLINE V operator()(V a) const {
        return Operation{}(splat<V>(static_cast<element_t<V>>(scalar)), a);
    }
};

}  // namespace pto::detail
