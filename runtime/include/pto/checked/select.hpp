// Comparisons into bit masks and selection by them, checked. Eight columns share a byte of a mask; a selected element
// is defined where its bit and the chosen operand are.
#pragma once

#include "../isa/select.hpp"
#include "map.hpp"

namespace pto {
namespace checked {

// `other`: what is compared with, or chosen where a bit is not set; null for a scalar.
void judge_comparison(Call& call, const Operand& dst, const Operand& src, const Operand* other, CmpMode mode);
void judge_selection(Call& call, const Operand& dst, const Operand& mask, const Operand& src, const Operand* other);
void define_comparison(const Operand& dst, const Operand& src, const Operand* other);
void define_selection(const Operand& dst, const Operand& mask, const Operand& src, const Operand* other);

// A2/A3 put the scalar of a selection into the temporary on S, whatever V does there at the time; V then waits for that
// by a flag inside. TSELS of include/pto/npu/a2a3/TSels.hpp of the official headers.
template <typename Tmp, typename T>
void put_scalar(Tmp& tmp, T scalar, Site site) {
    if constexpr (is_a2a3) {
        constexpr int64_t element = sizeof(typename Tmp::DType), cols = (sizeof(T) + element - 1) / element;
        Call call("TSELS", site, PIPE_S);
        call.writes("tmp", operand_of(tmp), {0, 0, 1, cols});
        call.carries_out([tmp, scalar]() mutable { __builtin_memcpy(tmp.data(), &scalar, sizeof(T)); });
        set(PIPE_S, PIPE_V, EVENT_ID0, site);
        wait(PIPE_S, PIPE_V, EVENT_ID0, site);
    }
}

}  // namespace checked

template <typename Dst, typename Src0, typename Src1>
RecordEvent TCMP(Dst& dst, Src0& src0, Src1& src1, CmpMode mode, checked::Site site = {}) {
    checked::Call call("TCMP", site);
    const checked::Operand second = checked::operand_of(src1);
    checked::judge_comparison(call, checked::operand_of(dst), checked::operand_of(src0), &second, mode);
    return call.carries_out([dst, src0, src1, mode]() mutable {
        const checked::Operand other = checked::operand_of(src1);
        checked::define_comparison(checked::operand_of(dst), checked::operand_of(src0), &other);
        isa::TCMP(dst, src0, src1, mode);
    });
}

template <typename Dst, typename Src>
RecordEvent TCMPS(Dst& dst, Src& src, typename Src::DType scalar, CmpMode mode, checked::Site site = {}) {
    checked::Call call("TCMPS", site);
    checked::judge_comparison(call, checked::operand_of(dst), checked::operand_of(src), nullptr, mode);
    return call.carries_out([dst, src, scalar, mode]() mutable {
        checked::define_comparison(checked::operand_of(dst), checked::operand_of(src), nullptr);
        isa::TCMPS(dst, src, scalar, mode);
    });
}

template <typename Dst, typename Mask, typename Src0, typename Src1, typename Tmp>
RecordEvent TSEL(Dst& dst, Mask& mask, Src0& src0, Src1& src1, Tmp& tmp, checked::Site site = {}) {
    checked::Call call("TSEL", site);
    const checked::Operand second = checked::operand_of(src1);
    checked::judge_selection(call, checked::operand_of(dst), checked::operand_of(mask), checked::operand_of(src0),
                             &second);
    auto work = checked::with_scratch(
        call, tmp, checked::form_of<Tmp>.bytes(),
        [tmp](auto& d, auto& m, auto& a, auto& b) mutable { isa::TSEL(d, m, a, b, tmp); });
    return call.carries_out([dst, mask, src0, src1, work]() mutable {
        const checked::Operand other = checked::operand_of(src1);
        checked::define_selection(checked::operand_of(dst), checked::operand_of(mask), checked::operand_of(src0),
                                  &other);
        work(dst, mask, src0, src1);
    });
}

template <typename Dst, typename Mask, typename Src, typename Tmp>
RecordEvent TSELS(Dst& dst, Mask& mask, Src& src, Tmp& tmp, typename Src::DType scalar, checked::Site site = {}) {
    checked::put_scalar(tmp, scalar, site);
    checked::Call call("TSELS", site);
    checked::judge_selection(call, checked::operand_of(dst), checked::operand_of(mask), checked::operand_of(src),
                             nullptr);
    auto work = checked::with_scratch(
        call, tmp, checked::form_of<Tmp>.bytes(),
        [tmp, scalar](auto& d, auto& m, auto& a) mutable { isa::TSELS(d, m, a, tmp, scalar); });
    return call.carries_out([dst, mask, src, work]() mutable {
        checked::define_selection(checked::operand_of(dst), checked::operand_of(mask), checked::operand_of(src),
                                  nullptr);
        work(dst, mask, src);
    });
}

}  // namespace pto
