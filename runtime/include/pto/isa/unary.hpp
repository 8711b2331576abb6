// Elementwise functions of one tile. 16-bit floats are computed in float and rounded once.
//
// TABS clears the sign, TNEG flips it, of zeros and NaN too; for integers both wrap at the least value. TRELU is
// max(x, 0) with NaN kept. TRSQRT and TRECIP are the division 1 / sqrt(x) and 1 / x, whatever the algorithm asked for.
#pragma once

#include "../lanes/math.hpp"
#include "elementwise.hpp"

namespace pto {
namespace detail {

template <typename Operation, typename Dst, typename Src>
PTO_INLINE RecordEvent float_function(Dst& dst, const Src& src) {
    static_assert(require_float<typename Src::DType>());
    return elementwise(Operation{}, dst, src);
}

}  // namespace detail

PTO_ISA {

template <auto Algorithm = ExpAlgorithm::DEFAULT, typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TEXP(Dst& dst, Src& src, Events&...) {
    return detail::float_function<detail::Exponential>(dst, src);
}

template <auto Algorithm = LogAlgorithm::DEFAULT, typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TLOG(Dst& dst, Src& src, Events&...) {
    return detail::float_function<detail::Logarithm>(dst, src);
}

template <auto Algorithm = SqrtAlgorithm::DEFAULT, typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TSQRT(Dst& dst, Src& src, Events&...) {
    return detail::float_function<detail::SquareRoot>(dst, src);
}

// A third tile is scratch that only the hardware needs.
template <auto Algorithm = RsqrtAlgorithm::DEFAULT, typename Dst, typename Src, typename... Rest>
PTO_INST RecordEvent TRSQRT(Dst& dst, Src& src, Rest&...) {
    return detail::float_function<detail::ReciprocalSquareRoot>(dst, src);
}

template <auto Algorithm = RecipAlgorithm::DEFAULT, typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TRECIP(Dst& dst, Src& src, Events&...) {
    return detail::float_function<detail::Reciprocal>(dst, src);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TABS(Dst& dst, Src& src, Events&...) {
    return detail::elementwise(detail::Absolute{}, dst, src);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TNEG(Dst& dst, Src& src, Events&...) {
    return detail::elementwise(detail::Negate{}, dst, src);
}

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TRELU(Dst& dst, Src& src, Events&...) {
    return detail::elementwise(detail::Rectify{}, dst, src);
}

}  // namespace isa
}  // namespace pto
