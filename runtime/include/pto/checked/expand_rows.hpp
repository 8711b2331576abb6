// TROWEXPAND* with an operation, checked: without a temporary, and with one.
#pragma once

#include "expand.hpp"

namespace pto {

template <typename Dst, typename Src0, typename Src1>
RecordEvent TROWEXPANDADD(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_rows_hidden({"TROWEXPANDADD", site}, dst, src0, src1,
                                       [](auto& d, auto& a, auto& b) { isa::TROWEXPANDADD(d, a, b); });
}
template <typename Dst, typename Src0, typename Src1, typename Tmp>
RecordEvent TROWEXPANDADD(Dst& dst, Src0& src0, Src1& src1, Tmp& tmp, checked::Site site = {}) {
    return checked::expand_rows_with({"TROWEXPANDADD", site}, dst, src0, src1, tmp,
                                     [](auto& d, auto& a, auto& b) { isa::TROWEXPANDADD(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TROWEXPANDSUB(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_rows_hidden({"TROWEXPANDSUB", site}, dst, src0, src1,
                                       [](auto& d, auto& a, auto& b) { isa::TROWEXPANDSUB(d, a, b); });
}
template <typename Dst, typename Src0, typename Src1, typename Tmp>
RecordEvent TROWEXPANDSUB(Dst& dst, Src0& src0, Src1& src1, Tmp& tmp, checked::Site site = {}) {
    return checked::expand_rows_with({"TROWEXPANDSUB", site}, dst, src0, src1, tmp,
                                     [](auto& d, auto& a, auto& b) { isa::TROWEXPANDSUB(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TROWEXPANDMUL(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_rows_hidden({"TROWEXPANDMUL", site}, dst, src0, src1,
                                       [](auto& d, auto& a, auto& b) { isa::TROWEXPANDMUL(d, a, b); });
}
template <typename Dst, typename Src0, typename Src1, typename Tmp>
RecordEvent TROWEXPANDMUL(Dst& dst, Src0& src0, Src1& src1, Tmp& tmp, checked::Site site = {}) {
    return checked::expand_rows_with({"TROWEXPANDMUL", site}, dst, src0, src1, tmp,
                                     [](auto& d, auto& a, auto& b) { isa::TROWEXPANDMUL(d, a, b); });
}

template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src0, typename Src1>
RecordEvent TROWEXPANDDIV(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_rows_hidden({"TROWEXPANDDIV", site}, dst, src0, src1,
                                       [](auto& d, auto& a, auto& b) { isa::TROWEXPANDDIV<Algorithm>(d, a, b); });
}
template <auto Algorithm = DivAlgorithm::DEFAULT, typename Dst, typename Src0, typename Src1, typename Tmp>
RecordEvent TROWEXPANDDIV(Dst& dst, Src0& src0, Src1& src1, Tmp& tmp, checked::Site site = {}) {
    return checked::expand_rows_with({"TROWEXPANDDIV", site}, dst, src0, src1, tmp,
                                     [](auto& d, auto& a, auto& b) { isa::TROWEXPANDDIV<Algorithm>(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TROWEXPANDMAX(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_rows_hidden({"TROWEXPANDMAX", site}, dst, src0, src1,
                                       [](auto& d, auto& a, auto& b) { isa::TROWEXPANDMAX(d, a, b); });
}
template <typename Dst, typename Src0, typename Src1, typename Tmp>
RecordEvent TROWEXPANDMAX(Dst& dst, Src0& src0, Src1& src1, Tmp& tmp, checked::Site site = {}) {
    return checked::expand_rows_with({"TROWEXPANDMAX", site}, dst, src0, src1, tmp,
                                     [](auto& d, auto& a, auto& b) { isa::TROWEXPANDMAX(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TROWEXPANDMIN(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_rows_hidden({"TROWEXPANDMIN", site}, dst, src0, src1,
                                       [](auto& d, auto& a, auto& b) { isa::TROWEXPANDMIN(d, a, b); });
}
template <typename Dst, typename Src0, typename Src1, typename Tmp>
RecordEvent TROWEXPANDMIN(Dst& dst, Src0& src0, Src1& src1, Tmp& tmp, checked::Site site = {}) {
    return checked::expand_rows_with({"TROWEXPANDMIN", site}, dst, src0, src1, tmp,
                                     [](auto& d, auto& a, auto& b) { isa::TROWEXPANDMIN(d, a, b); });
}

template <typename Dst, typename Src0, typename Src1>
RecordEvent TROWEXPANDEXPDIF(Dst& dst, Src0& src0, Src1& src1, checked::Site site = {}) {
    return checked::expand_rows_hidden({"TROWEXPANDEXPDIF", site}, dst, src0, src1,
                                       [](auto& d, auto& a, auto& b) { isa::TROWEXPANDEXPDIF(d, a, b); });
}
template <typename Dst, typename Src0, typename Src1, typename Tmp>
RecordEvent TROWEXPANDEXPDIF(Dst& dst, Src0& src0, Src1& src1, Tmp& tmp, checked::Site site = {}) {
    return checked::expand_rows_with({"TROWEXPANDEXPDIF", site}, dst, src0, src1, tmp,
                                     [](auto& d, auto& a, auto& b) { isa::TROWEXPANDEXPDIF(d, a, b); });
}

}  // namespace pto
