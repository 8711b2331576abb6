// Elementwise arithmetic of two tiles, and of a tile and a scalar of its element type.
#pragma once

#include "../lanes/arithmetic.hpp"
#include "../lanes/map.hpp"
#include "rules.hpp"
#include "sync.hpp"

namespace pto {
namespace detail {

template <typename Operation, typename Dst, typename... Src>
PTO_INLINE RecordEvent elementwise(Operation operation, Dst& dst, const Src&... src) {
    static_assert(require_row_major<Dst, Src...>());
    static_assert(require_same_dtype<Dst, Src...>());
    static_assert(require_same_valid_shape<Dst, Src...>());
    if constexpr (are_whole<Dst, Src...>)
        map_whole(operation, Dst::Numel, dst.data(), src.data()...);
    else
        map_body(operation, valid_extent(dst), Rows<typename Dst::DType>{dst.data(), Dst::Cols},
                 Rows<const typename Src::DType>{src.data(), Src::Cols}...);
    return {};
}

template <typename Operation, typename Dst, typename Src>
PTO_INLINE RecordEvent with_right_scalar(Dst& dst, const Src& src, typename Src::DType scalar) {
    using Compute = compute_t<typename Src::DType>;
    return elementwise(WithRight<Operation, Compute>{static_cast<Compute>(scalar)}, dst, src);
}

template <typename Operation, typename Dst, typename Src>
PTO_INLINE RecordEvent with_left_scalar(Dst& dst, const Src& src, typename Src::DType scalar) {
    using Compute = compute_t<typename Src::DType>;
    return elementwise(WithLeft<Operation, Compute>{static_cast<Compute>(scalar)}, dst, src);
}

// dst + src * scalar, the product rounded to float before it is added.
template <typename T>
struct MultiplyAccumulate {
    T scalar;
    template <typename V, typename W>
    PTO_INLINE V operator()(V dst, W src) const {
        return Add{}(dst, __builtin_convertvector(Multiply{}(src, splat<W>(scalar)), V));
    }
};

}  // namespace detail

PTO_ISA {

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TADD(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::elementwise(detail::Add{}, dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TSUB(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::elementwise(detail::Subtract{}, dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TMUL(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::elementwise(detail::Multiply{}, dst, src0, src1);
}

template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TDIV(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::elementwise(detail::Divide{}, dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TMAX(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::elementwise(detail::Maximum{}, dst, src0, src1);
}

template <typename Dst, typename Src0, typename Src1, typename... Events>
PTO_INST RecordEvent TMIN(Dst& dst, Src0& src0, Src1& src1, Events&...) {
    return detail::elementwise(detail::Minimum{}, dst, src0, src1);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TADDS(Dst& dst, Src& src, typename Src::DType scalar, Events&...) {
    return detail::with_right_scalar<detail::Add>(dst, src, scalar);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TSUBS(Dst& dst, Src& src, typename Src::DType scalar, Events&...) {
    return detail::with_right_scalar<detail::Subtract>(dst, src, scalar);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TMULS(Dst& dst, Src& src, typename Src::DType scalar, Events&...) {
    return detail::with_right_scalar<detail::Multiply>(dst, src, scalar);
}

template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TDIVS(Dst& dst, Src& src, typename Src::DType scalar, Events&...) {
    return detail::with_right_scalar<detail::Divide>(dst, src, scalar);
}

template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TDIVS(Dst& dst, typename Dst::DType scalar, Src& src, Events&...) {
    return detail::with_left_scalar<detail::Divide>(dst, src, scalar);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TMAXS(Dst& dst, Src& src, typename Src::DType scalar, Events&...) {
    return detail::with_right_scalar<detail::Maximum>(dst, src, scalar);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TMINS(Dst& dst, Src& src, typename Src::DType scalar, Events&...) {
    return detail::with_right_scalar<detail::Minimum>(dst, src, scalar);
}

// The destination may be wider than the source (half into float).
template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TAXPY(Dst& dst, Src& src, typename Src::DType scalar, Events&...) {
    using Compute = detail::compute_t<typename Src::DType>;
    static_assert(detail::require_row_major<Dst, Src>());
    static_assert(detail::require_same_valid_shape<Dst, Src>());
    const detail::Rows<typename Dst::DType> to{dst.data(), Dst::Cols};
    const detail::Rows<const typename Src::DType> from{src.data(), Src::Cols};
    detail::map_body(detail::MultiplyAccumulate<Compute>{static_cast<Compute>(scalar)}, detail::valid_extent(dst), to,
                     to, from);
    return {};
}

}  // namespace isa
}  // namespace pto
