// Element by element: judged, and what is defined then.
#pragma once

#include <pto/checked/map.hpp>

#include "rules.hpp"

namespace pto::checked {

void judge_map(Call& call, unsigned dtypes, Takes takes, const Operand& dst, const Operand& src) {
    take_dtype(call, src->dtype, dtypes);
    judge_source(call, "src", dst, src, takes);
    call.elementwise().writes("dst", dst);
}
void judge_map(Call& call, unsigned dtypes, const Operand& dst, const Operand& src0, const Operand& src1) {
    take_dtype(call, src0->dtype, dtypes);
    judge_source(call, "src0", dst, src0, Takes::Over);
    judge_source(call, "src1", dst, src1, Takes::Over);
    call.elementwise().writes("dst", dst);
}

void define_map(const Operand& dst, const Operand& src) {
    const Cells cells = cells_of(src);
    map_defined(cells_of(dst), valid_block(dst), &cells, 1);
}
void define_map(const Operand& dst, const Operand& src0, const Operand& src1) {
    const Cells cells[] = {cells_of(src0), cells_of(src1)};
    map_defined(cells_of(dst), valid_block(dst), cells, 2);
}

void undefine(const Operand& tmp, int64_t count) {
    __builtin_memset(shadow_of(tmp.data), is_undefined, static_cast<size_t>(detail::least(count, tmp->bytes())));
}

}  // namespace pto::checked
