// TCOLEXPAND* with an operation, checked.
#pragma once

#include "expand.hpp"

namespace pto {

template <typename Dst, typename Src0, typename Src1>
RecordEvent TCOLEXPANDADD(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_columns({"TCOLEXPANDADD", site}, dst, src0, src1,
                                   [](auto& d, auto& a, auto& b) { isa::TCOLEXPANDADD(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TCOLEXPANDSUB(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_columns({"TCOLEXPANDSUB", site}, dst, src0, src1,
                                   [](auto& d, auto& a, auto& b) { isa::TCOLEXPANDSUB(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TCOLEXPANDMUL(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_columns({"TCOLEXPANDMUL", site}, dst, src0, src1,
                                   [](auto& d, auto& a, auto& b) { isa::TCOLEXPANDMUL(d, a, b); });
}

template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src0, typename Src1>
RecordEvent TCOLEXPANDDIV(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_columns({"TCOLEXPANDDIV", site}, dst, src0, src1,
                                   [](auto& d, auto& a, auto& b) { isa::TCOLEXPANDDIV<Algorithm>(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TCOLEXPANDMAX(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_columns({"TCOLEXPANDMAX", site}, dst, src0, src1,
                                   [](auto& d, auto& a, auto& b) { isa::TCOLEXPANDMAX(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TCOLEXPANDMIN(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_columns({"TCOLEXPANDMIN", site}, dst, src0, src1,
                                   [](auto& d, auto& a, auto& b) { isa::TCOLEXPANDMIN(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TCOLEXPANDEXPDIF(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_columns({"TCOLEXPANDEXPDIF", site}, dst, src0, src1,
                                   [](auto& d, auto& a, auto& b) { isa::TCOLEXPANDEXPDIF(d, a, b); });
}

}  // namespace pto
