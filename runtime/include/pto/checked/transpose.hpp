// TTRANS, checked.
#pragma once

#include "../isa/transpose.hpp"
#include "map.hpp"

namespace pto {
namespace checked {

void judge_transposition(Call& call, const Operand& dst, const Operand& src);
void define_transposition(const Operand& dst, const Operand& src);
// The source turned, in whole blocks of 32 bytes by 16 rows.
int64_t transposition_scratch(const Operand& src);

}  // namespace checked

template <typename Dst, typename Src, typename Tmp>
RecordEvent TTRANS(Dst& dst, Src& src, Tmp& tmp, checked::Site site = {}) {
    checked::Call call("TTRANS", site);
    checked::judge_transposition(call, checked::operand_of(dst), checked::operand_of(src));
    auto work = checked::with_scratch(call, tmp, checked::transposition_scratch(checked::operand_of(src)),
                                      [tmp](auto& d, auto& s) mutable { isa::TTRANS(d, s, tmp); });
    return call.carries_out([dst, src, work]() mutable {
        checked::define_transposition(checked::operand_of(dst), checked::operand_of(src));
        work(dst, src);
    });
}

}  // namespace pto
