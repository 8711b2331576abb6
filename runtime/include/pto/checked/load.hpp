// TLOAD, checked. Rows of UB are written in whole blocks of 32 bytes, L1 in whole fractals; what no element of the
// window goes to is undefined then.
#pragma once

#include "../isa/load.hpp"
#include "rules.hpp"

namespace pto {
namespace checked {

void judge_load(Call& call, const Operand& dst, const Global& src);
void define_load(const Operand& dst, const Global& src);

}  // namespace checked

template <typename Dst, typename Src>
RecordEvent TLOAD(Dst& dst, Src& src, checked::Site site = {}) {
    checked::Call call("TLOAD", site, PIPE_MTE2);
    checked::judge_load(call, checked::operand_of(dst), checked::global_of(src));
    return call.carries_out([dst, src]() mutable {
        checked::define_load(checked::operand_of(dst), checked::global_of(src));
        isa::TLOAD(dst, src);
    });
}

}  // namespace pto
