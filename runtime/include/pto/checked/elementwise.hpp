// Arithmetic of two tiles, and of a tile and a scalar, checked.
#pragma once

#include "../isa/elementwise.hpp"
#include "map.hpp"

namespace pto {

template <typename Dst, typename Src0, typename Src1>
RecordEvent TADD(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::map_tiles({"TADD", site}, checked::machine::vector_dtypes, dst, src0, src1,
                              [](auto& d, auto& a, auto& b) { isa::TADD(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TSUB(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::map_tiles({"TSUB", site}, checked::machine::vector_dtypes, dst, src0, src1,
                              [](auto& d, auto& a, auto& b) { isa::TSUB(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TMUL(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::map_tiles({"TMUL", site}, checked::machine::vector_dtypes, dst, src0, src1,
                              [](auto& d, auto& a, auto& b) { isa::TMUL(d, a, b); });
}

template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src0, typename Src1>
RecordEvent TDIV(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::map_tiles({"TDIV", site}, checked::machine::vector_dtypes, dst, src0, src1,
                              [](auto& d, auto& a, auto& b) { isa::TDIV<Algorithm>(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TMAX(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::map_tiles({"TMAX", site}, checked::machine::vector_dtypes, dst, src0, src1,
                              [](auto& d, auto& a, auto& b) { isa::TMAX(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TMIN(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::map_tiles({"TMIN", site}, checked::machine::vector_dtypes, dst, src0, src1,
                              [](auto& d, auto& a, auto& b) { isa::TMIN(d, a, b); });
}

template <typename Dst, typename Src>
RecordEvent TADDS(Dst& dst, Src& src, typename Src::DType scalar, checked::Site site = {}) {
    return checked::map_tile({"TADDS", site}, checked::machine::vector_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TADDS(d, a, scalar); });
}

template <typename Dst, typename Src>
RecordEvent TSUBS(Dst& dst, Src& src, typename Src::DType scalar, checked::Site site = {}) {
    return checked::map_tile({"TSUBS", site}, checked::machine::vector_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TSUBS(d, a, scalar); });
}

template <typename Dst, typename Src>
RecordEvent TMULS(Dst& dst, Src& src, typename Src::DType scalar, checked::Site site = {}) {
    return checked::map_tile({"TMULS", site}, checked::machine::vector_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TMULS(d, a, scalar); });
}

template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src>
RecordEvent TDIVS(Dst& dst, Src& src, typename Src::DType scalar, checked::Site site = {}) {
    return checked::map_tile({"TDIVS", site}, checked::machine::vector_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TDIVS<Algorithm>(d, a, scalar); });
}

template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src>
RecordEvent TDIVS(Dst& dst, typename Dst::DType scalar, Src& src, checked::Site site = {}) {
    return checked::map_tile({"TDIVS", site}, checked::machine::vector_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TDIVS<Algorithm>(d, scalar, a); });
}

template <typename Dst, typename Src>
RecordEvent TMAXS(Dst& dst, Src& src, typename Src::DType scalar, checked::Site site = {}) {
    return checked::map_tile({"TMAXS", site}, checked::machine::vector_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TMAXS(d, a, scalar); });
}

template <typename Dst, typename Src>
RecordEvent TMINS(Dst& dst, Src& src, typename Src::DType scalar, checked::Site site = {}) {
    return checked::map_tile({"TMINS", site}, checked::machine::vector_dtypes, dst, src,
                             [=](auto& d, auto& a) { isa::TMINS(d, a, scalar); });
}

template <typename Dst, typename Src>
RecordEvent TAXPY(Dst& dst, Src& src, typename Src::DType scalar, checked::Site site = {}) {
    checked::Call call("TAXPY", site);
    call.reads("dst", checked::operand_of(dst));
    call.shares_bytes();
    checked::judge_map(call, checked::machine::vector_dtypes, checked::Takes::Over, checked::operand_of(dst),
                       checked::operand_of(src));
    return call.carries_out([dst, src, scalar]() mutable {
        checked::define_map(checked::operand_of(dst), checked::operand_of(dst), checked::operand_of(src));
        isa::TAXPY(dst, src, scalar);
    });
}

}  // namespace pto
