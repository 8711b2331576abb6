// TCVT, checked: the architecture converts some types in one instruction, others in two.
#pragma once

#include "../isa/convert.hpp"
#include "map.hpp"

namespace pto {
namespace checked {

template <typename Dst, typename Src, typename Work>
RecordEvent convert(Call call, Dst& dst, Src& src, Work work) {
    constexpr DType from = dtype_of<typename Src::DType>();
    constexpr DType to = dtype_of<typename Dst::DType>();
    constexpr bool is_known = machine::conversions[static_cast<int>(from)] >> static_cast<int>(to) & 1;
    // From float to float the values become integral.
    if constexpr (!is_known && !detail::is_same<typename Dst::DType, typename Src::DType>)
        call.finds("dtype-refused", {text("dtype", dtype_name(from)), text("target", dtype_name(to))});
    return map_tile(call, ~0u, dst, src, work);
}

}  // namespace checked

template <bool NeedSetCtrl = true, typename Dst, typename Src>
RecordEvent TCVT(Dst& dst, Src& src, RoundMode mode, checked::Site site = {}) {
    return checked::convert({"TCVT", site}, dst, src, [=](auto& d, auto& a) { isa::TCVT<NeedSetCtrl>(d, a, mode); });
}

template <bool NeedSetCtrl = true, typename Dst, typename Src>
RecordEvent TCVT(Dst& dst, Src& src, RoundMode mode, SaturationMode saturation, checked::Site site = {}) {
    return checked::convert({"TCVT", site}, dst, src,
                            [=](auto& d, auto& a) { isa::TCVT<NeedSetCtrl>(d, a, mode, saturation); });
}

template <bool NeedSetCtrl = true, typename Dst, typename Src, typename Tmp>
RecordEvent TCVT(Dst& dst, Src& src, Tmp& tmp, RoundMode mode, checked::Site site = {}) {
    checked::Call call("TCVT", site);
    const auto work = checked::with_scratch(call, tmp, checked::form_of<Tmp>.bytes(),
                                            [=](auto& d, auto& a) { isa::TCVT<NeedSetCtrl>(d, a, mode); });
    return checked::convert(call, dst, src, work);
}

template <bool NeedSetCtrl = true, typename Dst, typename Src, typename Tmp>
RecordEvent TCVT(Dst& dst, Src& src, Tmp& tmp, RoundMode mode, SaturationMode saturation, checked::Site site = {}) {
    checked::Call call("TCVT", site);
    const auto work = checked::with_scratch(call, tmp, checked::form_of<Tmp>.bytes(), [=](auto& d, auto& a) {
        isa::TCVT<NeedSetCtrl>(d, a, mode, saturation);
    });
    return checked::convert(call, dst, src, work);
}

}  // namespace pto
