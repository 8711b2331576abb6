// Element by element: the result is defined where all operands are.
#pragma once

#include "rules.hpp"

namespace pto::checked {

void judge_map(Call& call, unsigned dtypes, Takes takes, const Operand& dst, const Operand& src);
void judge_map(Call& call, unsigned dtypes, const Operand& dst, const Operand& src0, const Operand& src1);
void define_map(const Operand& dst, const Operand& src);
void define_map(const Operand& dst, const Operand& src0, const Operand& src1);
// The first bytes of a temporary hold nothing any more.
void undefine(const Operand& tmp, int64_t count);

template <typename Dst, typename Src, typename Work>
RecordEvent map_tile(Call call, unsigned dtypes, Dst& dst, Src& src, Work work, Takes takes = Takes::Over) {
    judge_map(call, dtypes, takes, operand_of(dst), operand_of(src));
    return call.carries_out([dst, src, work]() mutable {
        define_map(operand_of(dst), operand_of(src));
        work(dst, src);
    });
}

template <typename Dst, typename Src0, typename Src1, typename Work>
RecordEvent map_tiles(Call call, unsigned dtypes, Dst& dst, Src0& src0, Src1& src1, Work work) {
    judge_map(call, dtypes, operand_of(dst), operand_of(src0), operand_of(src1));
    return call.carries_out([dst, src0, src1, work]() mutable {
        define_map(operand_of(dst), operand_of(src0), operand_of(src1));
        work(dst, src0, src1);
    });
}

// As many bytes of a temporary as a result's rows have.
inline int64_t bytes_of_rows(const Operand& dst) { return dst.rows * dst->cols * dst->size; }

// Takes a temporary before the operands are, and leaves it undefined after the work.
template <typename Tmp, typename Work>
auto with_scratch(Call& call, const Tmp& tmp, int64_t needed, Work work) {
    const Operand scratch = operand_of(tmp);
    call.scratch(scratch, needed);
    return [scratch, needed, work](auto&... operands) mutable {
        work(operands...);
        undefine(scratch, needed);
    };
}

}  // namespace pto::checked
