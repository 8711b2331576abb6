// Reductions, checked. A result is defined where all of its row, or column, is.
#pragma once

#include "../isa/reduce.hpp"
#include "map.hpp"

namespace pto {
namespace checked {

void judge_row_reduction(Call& call, const Operand& dst, const Operand& src);
void judge_column_reduction(Call& call, const Operand& dst, const Operand& src);
void define_row_reduction(const Operand& dst, const Operand& src);
void define_column_reduction(const Operand& dst, const Operand& src);

// Temporaries: blocks of 32 bytes for each row; the sums of pairs of rows.
inline int64_t row_scratch(const Operand& src) { return src.rows * ((src.cols * src->size + 31) / 32 * 32); }
inline int64_t column_scratch(const Operand& src) { return (src.rows + 1) / 2 * src->cols * src->size; }

template <typename Dst, typename Src, typename Tmp, typename Work>
RecordEvent reduce_rows(Call call, Dst& dst, Src& src, Tmp& tmp, Work work) {
    judge_row_reduction(call, operand_of(dst), operand_of(src));
    auto with_tmp = with_scratch(call, tmp, row_scratch(operand_of(src)), work);
    return call.carries_out([dst, src, tmp, with_tmp]() mutable {
        define_row_reduction(operand_of(dst), operand_of(src));
        with_tmp(dst, src, tmp);
    });
}

template <typename Dst, typename Src, typename Work>
RecordEvent reduce_columns(Call call, Dst& dst, Src& src, Work work) {
    judge_column_reduction(call, operand_of(dst), operand_of(src));
    return call.carries_out([dst, src, work]() mutable {
        define_column_reduction(operand_of(dst), operand_of(src));
        work(dst, src);
    });
}

}  // namespace checked

template <typename Dst, typename Src, typename Tmp>
RecordEvent TROWSUM(Dst& dst, Src& src, Tmp& tmp, checked::Site site = {}) {
    return checked::reduce_rows({"TROWSUM", site}, dst, src, tmp,
                                [](auto& d, auto& s, auto& t) { isa::TROWSUM(d, s, t); });
}

template <typename Dst, typename Src, typename Tmp>
RecordEvent TROWPROD(Dst& dst, Src& src, Tmp& tmp, checked::Site site = {}) {
    return checked::reduce_rows({"TROWPROD", site}, dst, src, tmp,
                                [](auto& d, auto& s, auto& t) { isa::TROWPROD(d, s, t); });
}

template <typename Dst, typename Src, typename Tmp>
RecordEvent TROWMAX(Dst& dst, Src& src, Tmp& tmp, checked::Site site = {}) {
    return checked::reduce_rows({"TROWMAX", site}, dst, src, tmp,
                                [](auto& d, auto& s, auto& t) { isa::TROWMAX(d, s, t); });
}

template <typename Dst, typename Src, typename Tmp>
RecordEvent TROWMIN(Dst& dst, Src& src, Tmp& tmp, checked::Site site = {}) {
    return checked::reduce_rows({"TROWMIN", site}, dst, src, tmp,
                                [](auto& d, auto& s, auto& t) { isa::TROWMIN(d, s, t); });
}

template <typename Dst, typename Src>
RecordEvent TCOLSUM(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::reduce_columns({"TCOLSUM", site}, dst, src, [](auto& d, auto& s) { isa::TCOLSUM(d, s); });
}

template <typename Dst, typename Src, typename Tmp>
RecordEvent TCOLSUM(Dst& dst, Src& src, Tmp& tmp, bool is_binary, checked::Site site = {}) {
    checked::Call call("TCOLSUM", site);
    const auto work = checked::with_scratch(
        call, tmp, checked::column_scratch(checked::operand_of(src)),
        [tmp, is_binary](auto& d, auto& s) mutable { isa::TCOLSUM(d, s, tmp, is_binary); });
    return checked::reduce_columns(call, dst, src, work);
}

template <typename Dst, typename Src>
RecordEvent TCOLPROD(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::reduce_columns({"TCOLPROD", site}, dst, src, [](auto& d, auto& s) { isa::TCOLPROD(d, s); });
}

template <typename Dst, typename Src>
RecordEvent TCOLMAX(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::reduce_columns({"TCOLMAX", site}, dst, src, [](auto& d, auto& s) { isa::TCOLMAX(d, s); });
}

template <typename Dst, typename Src>
RecordEvent TCOLMIN(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::reduce_columns({"TCOLMIN", site}, dst, src, [](auto& d, auto& s) { isa::TCOLMIN(d, s); });
}

}  // namespace pto
