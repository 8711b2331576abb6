// Functions of one tile, element by element, checked.
#pragma once

#include "../isa/unary.hpp"
#include "map.hpp"

namespace pto {
namespace checked {

inline constexpr unsigned signed_numbers =
    machine::vector_dtypes & (floats | set_of(DType::Int8, DType::Int16, DType::Int32));

}  // namespace checked

template <auto Algorithm = ExpAlgorithm::DEFAULT, typename Dst, typename Src>
RecordEvent TEXP(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::map_tile({"TEXP", site}, checked::vector_floats, dst, src,
                             [](auto& d, auto& a) { isa::TEXP<Algorithm>(d, a); });
}

template <auto Algorithm = LogAlgorithm::DEFAULT, typename Dst, typename Src>
RecordEvent TLOG(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::map_tile({"TLOG", site}, checked::vector_floats, dst, src,
                             [](auto& d, auto& a) { isa::TLOG<Algorithm>(d, a); });
}

template <auto Algorithm = SqrtAlgorithm::DEFAULT, typename Dst, typename Src>
RecordEvent TSQRT(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::map_tile({"TSQRT", site}, checked::vector_floats, dst, src,
                             [](auto& d, auto& a) { isa::TSQRT<Algorithm>(d, a); });
}

template <auto Algorithm = RsqrtAlgorithm::DEFAULT, typename Dst, typename Src>
RecordEvent TRSQRT(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::map_tile({"TRSQRT", site}, checked::vector_floats, dst, src,
                             [](auto& d, auto& a) { isa::TRSQRT<Algorithm>(d, a); }, checked::Takes::Apart);
}

template <auto Algorithm = RsqrtAlgorithm::DEFAULT, typename Dst, typename Src, typename Tmp>
RecordEvent TRSQRT(Dst& dst, Src& src, Tmp& tmp, checked::Site site = {}) {
    checked::Call call("TRSQRT", site);
    const auto work = checked::with_scratch(call, tmp, checked::form_of<Tmp>.bytes(),
                                            [](auto& d, auto& a) { isa::TRSQRT<Algorithm>(d, a); });
    return checked::map_tile(call, checked::vector_floats, dst, src, work, checked::Takes::Apart);
}

template <auto Algorithm = RecipAlgorithm::DEFAULT, typename Dst, typename Src>
RecordEvent TRECIP(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::map_tile({"TRECIP", site}, checked::vector_floats, dst, src,
                             [](auto& d, auto& a) { isa::TRECIP<Algorithm>(d, a); }, checked::Takes::Apart);
}

template <typename Dst, typename Src>
RecordEvent TABS(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::map_tile({"TABS", site}, checked::signed_numbers, dst, src,
                             [](auto& d, auto& a) { isa::TABS(d, a); });
}

template <typename Dst, typename Src>
RecordEvent TNEG(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::map_tile({"TNEG", site}, checked::signed_numbers, dst, src,
                             [](auto& d, auto& a) { isa::TNEG(d, a); });
}

template <typename Dst, typename Src>
RecordEvent TRELU(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::map_tile({"TRELU", site}, checked::signed_numbers, dst, src,
                             [](auto& d, auto& a) { isa::TRELU(d, a); });
}

}  // namespace pto
