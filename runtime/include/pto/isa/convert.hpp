// TCVT: a tile in another element type. Modes, ranges and NaN: lanes/convert.hpp. From float to float the values become
// integral.
//
// Without a saturation mode, conversions saturate except half to int8, uint8 and int16, float to int16, int64 to int32
// and int32 to int16. A2/A3 saturates the others even when asked not to; A5 does as it is asked. The scratch tile is
// for the hardware; it is not touched.
#pragma once

#include "../lanes/convert.hpp"
#include "../lanes/map.hpp"
#include "rules.hpp"
#include "sync.hpp"

namespace pto {
namespace detail {

template <typename From, typename To>
inline constexpr bool wraps_by_default =
    (is_same<From, half> && is_one_of<To, int8_t, uint8_t, int16_t>) ||
    (is_same<From, float> && is_same<To, int16_t>) ||
    (is_same<From, int64_t> && is_same<To, int32_t>) || (is_same<From, int32_t> && is_same<To, int16_t>);

template <typename From, typename To>
constexpr bool saturates(SaturationMode mode) {
#if defined(PTODSL_ARCH_A5)
    return mode == SaturationMode::ON;
#else
    return mode == SaturationMode::ON || !wraps_by_default<From, To>;
#endif
}

template <typename Dst, typename Src>
PTO_INLINE RecordEvent convert(Dst& dst, const Src& src, RoundMode mode, SaturationMode saturation) {
    using From = typename Src::DType;
    using To = typename Dst::DType;
    static_assert(require_row_major<Dst, Src>());
    static_assert(require_same_valid_shape<Dst, Src>());
    static_assert(!is_same<From, To> || is_same<From, float>, "TCVT changes the element type: copy with TMOV");
    // Here and not in a body of its own, so that the mode is a constant.
    map_rows(Convert<To, From>{mode, saturates<From, To>(saturation)}, valid_extent(dst),
             Rows<To>{dst.data(), Dst::Cols}, Rows<const From>{src.data(), Src::Cols});
    return {};
}

template <typename Dst, typename Src>
PTO_INLINE RecordEvent convert(Dst& dst, const Src& src, RoundMode mode) {
    constexpr bool wraps = wraps_by_default<typename Src::DType, typename Dst::DType>;
    return convert(dst, src, mode, wraps ? SaturationMode::OFF : SaturationMode::ON);
}

}  // namespace detail

PTO_ISA {

template <bool NeedSetCtrl = true, typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TCVT(Dst& dst, Src& src, RoundMode mode, Events&...) {
    return detail::convert(dst, src, mode);
}

template <bool NeedSetCtrl = true, typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TCVT(Dst& dst, Src& src, RoundMode mode, SaturationMode saturation, Events&...) {
    return detail::convert(dst, src, mode, saturation);
}

template <bool NeedSetCtrl = true, typename Dst, typename Src, typename Tmp, typename... Events>
PTO_INST RecordEvent TCVT(Dst& dst, Src& src, Tmp&, RoundMode mode, Events&...) {
    return detail::convert(dst, src, mode);
}

template <bool NeedSetCtrl = true, typename Dst, typename Src, typename Tmp, typename... Events>
PTO_INST RecordEvent TCVT(Dst& dst, Src& src, Tmp&, RoundMode mode, SaturationMode saturation, Events&...) {
    return detail::convert(dst, src, mode, saturation);
}

}  // namespace isa
}  // namespace pto
