// Bitwise operations and shifts, checked.
#pragma once

#include "../isa/bitwise.hpp"
#include "map.hpp"

namespace pto {
namespace checked {

inline constexpr unsigned shift_dtypes = set_of(DType::Int16, DType::Int32, DType::UInt16, DType::UInt32) |
                                         (machine::vector_dtypes & set_of(DType::UInt8) ? bytes : 0u);
inline constexpr unsigned bit_dtypes = shift_dtypes | bytes;

}  // namespace checked

template <typename Dst, typename Src0, typename Src1>
RecordEvent TAND(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::map_tiles({"TAND", site}, checked::bit_dtypes, dst, src0, src1,
                              [](auto& d, auto& a, auto& b) { isa::TAND(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TOR(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::map_tiles({"TOR", site}, checked::bit_dtypes, dst, src0, src1,
                              [](auto& d, auto& a, auto& b) { isa::TOR(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1, typename Tmp>
RecordEvent TXOR(Dst& dst, Src0& src0, Src1& src1, Tmp& tmp, checked::Site site = {}) {
    checked::Call call("TXOR", site);
    const auto work = checked::with_scratch(call, tmp, checked::bytes_of_rows(checked::operand_of(dst)),
                                            [tmp](auto& d, auto& a, auto& b) mutable { isa::TXOR(d, a, b, tmp); });
    return checked::map_tiles(call, checked::bit_dtypes, dst, src0, src1, work);
}

template <typename Dst, typename Src>
RecordEvent TNOT(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::map_tile({"TNOT", site}, checked::bit_dtypes, dst, src,
                             [](auto& d, auto& a) { isa::TNOT(d, a); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TSHL(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::map_tiles({"TSHL", site}, checked::shift_dtypes, dst, src0, src1,
                              [](auto& d, auto& a, auto& b) { isa::TSHL(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TSHR(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::map_tiles({"TSHR", site}, checked::shift_dtypes, dst, src0, src1,
                              [](auto& d, auto& a, auto& b) { isa::TSHR(d, a, b); });
}

template <typename Dst, typename Src>
RecordEvent TANDS(Dst& dst, Src& src, typename Dst::DType scalar, checked::Site site = {}) {
    return checked::map_tile({"TANDS", site}, checked::bit_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TANDS(d, a, scalar); });
}

template <typename Dst, typename Src>
RecordEvent TORS(Dst& dst, Src& src, typename Dst::DType scalar, checked::Site site = {}) {
    return checked::map_tile({"TORS", site}, checked::bit_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TORS(d, a, scalar); });
}

template <typename Dst, typename Src, typename Tmp>
RecordEvent TXORS(Dst& dst, Src& src, typename Src::DType scalar, Tmp& tmp, checked::Site site = {}) {
    checked::Call call("TXORS", site);
    const auto work = checked::with_scratch(
        call, tmp, checked::bytes_of_rows(checked::operand_of(dst)),
        [tmp, scalar](auto& d, auto& a) mutable { isa::TXORS(d, a, scalar, tmp); });
    return checked::map_tile(call, checked::bit_dtypes, dst, src, work);
}

template <typename Dst, typename Src>
RecordEvent TSHLS(Dst& dst, Src& src, typename Dst::DType scalar, checked::Site site = {}) {
    return checked::map_tile({"TSHLS", site}, checked::shift_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TSHLS(d, a, scalar); });
}

template <typename Dst, typename Src>
RecordEvent TSHRS(Dst& dst, Src& src, typename Dst::DType scalar, checked::Site site = {}) {
    return checked::map_tile({"TSHRS", site}, checked::shift_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TSHRS(d, a, scalar); });
}

}  // namespace pto
