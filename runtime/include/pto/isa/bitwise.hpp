// Bitwise operations and shifts on integers. A shift by the element's width or more gives 0, or the sign for a signed
// right shift; a shift amount is read as unsigned. TXOR's scratch tile is for the hardware; it is not touched.
#pragma once

#include "elementwise.hpp"

namespace pto {
namespace detail {

struct BitAnd {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        return a & b;
    }
};
struct BitOr {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        return a | b;
    }
};
struct BitXor {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        return a ^ b;
    }
};
struct BitNot {
    template <typename V>
    PTO_INLINE V operator()(V a) const {
        return ~a;
    }
};

template <typename V>
inline constexpr int element_bits = 8 * static_cast<int>(sizeof(element_t<V>));

struct ShiftLeft {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        const auto amount = wrapping(b);
        const auto inside = amount < splat<wrapping_t<V>>(static_cast<element_t<wrapping_t<V>>>(element_bits<V>));
        return inside ? bits_as<V>(wrapping(a) << (amount & (element_bits<V> - 1))) : V{};
    }
};
struct ShiftRight {
    template <typename V>
    PTO_INLINE V operator()(V a, V b) const {
        const auto amount = wrapping(b);
        const auto inside = amount < splat<wrapping_t<V>>(static_cast<element_t<wrapping_t<V>>>(element_bits<V>));
        const V shifted = a >> bits_as<V>(amount & (element_bits<V> - 1));
        return inside ? shifted : a >> (element_bits<V> - 1) & (a < V{} ? ~V{} : V{});
    }
};

template <typename Operation, typename Dst, typename... Src>
PTO_INLINE RecordEvent integer_function(Dst& dst, const Src&... src) {
    static_assert(require_integer<typename Dst::DType>());
    return elementwise(Operation{}, dst, src...);
}

template <typename Operation, typename Dst, typename Src>
PTO_INLINE RecordEvent integer_with_scalar(Dst& dst, const Src& src, typename Src::DType scalar) {
    static_assert(require_integer<typename Dst::DType>());
    return with_right_scalar<Operation>(dst, src, scalar);
}

}  // namespace detail

PTO_ISA {

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TAND(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::integer_function<detail::BitAnd>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TOR(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::integer_function<detail::BitOr>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename Tmp, typename... Events>
PTO_INST RecordEvent TXOR(Dst& dst, Src0& src0, Src1& src1, Tmp&, Events&...) {
    return detail::integer_function<detail::BitXor>(dst, src0, src1);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TNOT(Dst& dst, Src& src, Events&...) {
    return detail::integer_function<detail::BitNot>(dst, src);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TSHL(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::integer_function<detail::ShiftLeft>(dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TSHR(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::integer_function<detail::ShiftRight>(dst, src0, src1);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TANDS(Dst& dst, Src& src, typename Dst::DType scalar, Events&...) {
    return detail::integer_with_scalar<detail::BitAnd>(dst, src, scalar);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TORS(Dst& dst, Src& src, typename Dst::DType scalar, Events&...) {
    return detail::integer_with_scalar<detail::BitOr>(dst, src, scalar);
}

template <typename Dst, typename Src, typename Tmp, typename... Events>
PTO_INST RecordEvent TXORS(Dst& dst, Src& src, typename Src::DType scalar, Tmp&, Events&...) {
    return detail::integer_with_scalar<detail::BitXor>(dst, src, scalar);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TSHLS(Dst& dst, Src& src, typename Dst::DType scalar, Events&...) {
    return detail::integer_with_scalar<detail::ShiftLeft>(dst, src, scalar);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TSHRS(Dst& dst, Src& src, typename Dst::DType scalar, Events&...) {
    return detail::integer_with_scalar<detail::ShiftRight>(dst, src, scalar);
}

}  // namespace isa
}  // namespace pto
