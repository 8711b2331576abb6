// Broadcasts of a scalar a row, or of a row, checked. Forms of TROWEXPAND* without a temporary use hidden bytes of UB
// on A2/A3 where the scalars are a column.
#pragma once

#include "../isa/expand.hpp"
#include "map.hpp"

namespace pto {
namespace checked {

// What a broadcast repeats: the scalar of each row along it, or a row down the columns.
enum class Along { Rows, Columns };
// Where an instruction spreads a column of scalars to 32 bytes each: in a temporary that it is given, or in hidden bytes.
enum class Scratch { Given, Hidden };

void judge_repeated(Call& call, const char* operand, const Operand& dst, const Operand& repeated, Along along);
void judge_scalars(Call& call, const char* operand, const Operand& scalars, Scratch scratch);
void judge_expansion(Call& call, const Operand& dst, const Operand& src, const char* src_name, const Operand& repeated,
                     const char* repeated_name, Along along);
void touch_hidden_scratch(Call& call);
void undefine_hidden_scratch();
void define_repeated(const Operand& dst, const Operand& repeated, Along along);
void define_expansion(const Operand& dst, const Operand& src, const Operand& repeated, Along along);

template <typename Dst, typename Src0, typename Src1>
inline constexpr bool scalars_first = detail::is_row_scalars<Src0, Dst>() && !detail::is_row_scalars<Src1, Dst>();

template <typename Dst, typename Src0, typename Src1>
void judge_scalars(Call& call, const Src0& src0, const Src1& src1, Scratch scratch) {
    if constexpr (scalars_first<Dst, Src0, Src1>) judge_scalars(call, "src0", operand_of(src0), scratch);
    else judge_scalars(call, "src1", operand_of(src1), scratch);
}

template <Along Direction, typename Dst, typename Src0, typename Src1, typename Work>
RecordEvent expand(Call& call, Dst& dst, Src0& src0, Src1& src1, Work work) {
    constexpr bool is_first = Direction == Along::Rows && scalars_first<Dst, Src0, Src1>;
    const Operand first = operand_of(src0), second = operand_of(src1);
    judge_expansion(call, operand_of(dst), is_first ? second : first, is_first ? "src1" : "src0",
                    is_first ? first : second, is_first ? "src0" : "src1", Direction);
    return call.carries_out([dst, src0, src1, work]() mutable {
        const Operand first = operand_of(src0), second = operand_of(src1);
        define_expansion(operand_of(dst), is_first ? second : first, is_first ? first : second, Direction);
        work(dst, src0, src1);
    });
}

template <typename Dst, typename Src0, typename Src1, typename Work>
RecordEvent expand_rows_hidden(Call call, Dst& dst, Src0& src0, Src1& src1, Work work) {
    constexpr bool is_column = scalars_first<Dst, Src0, Src1> ? !Src0::isRowMajor : !Src1::isRowMajor;
    judge_scalars<Dst>(call, src0, src1, Scratch::Hidden);
    if constexpr (is_a2a3 && is_column) {
        touch_hidden_scratch(call);
        return expand<Along::Rows>(call, dst, src0, src1, [work](auto& d, auto& a, auto& b) {
            undefine_hidden_scratch();
            work(d, a, b);
        });
    } else {
        return expand<Along::Rows>(call, dst, src0, src1, work);
    }
}

// 32 bytes for each row, rows rounded up to 8; beyond 8 KiB the instruction works in chunks.
inline int64_t expansion_scratch(const Operand& dst) { return detail::least<int64_t>(8192, (dst.rows + 7) / 8 * 256); }

template <typename Dst, typename Src0, typename Src1, typename Tmp, typename Work>
RecordEvent expand_rows_with(Call call, Dst& dst, Src0& src0, Src1& src1, Tmp& tmp, Work work) {
    judge_scalars<Dst>(call, src0, src1, Scratch::Given);
    return expand<Along::Rows>(call, dst, src0, src1,
                               with_scratch(call, tmp, expansion_scratch(operand_of(dst)), work));
}

template <typename Dst, typename Src0, typename Src1, typename Work>
RecordEvent expand_columns(Call call, Dst& dst, Src0& src0, Src1& src1, Work work) {
    return expand<Along::Columns>(call, dst, src0, src1, work);
}

template <Along Direction, typename Dst, typename Src, typename Work>
RecordEvent repeat(Call call, Dst& dst, Src& src, Work work) {
    judge_repeated(call, "src", operand_of(dst), operand_of(src), Direction);
    call.writes("dst", operand_of(dst));
    return call.carries_out([dst, src, work]() mutable {
        define_repeated(operand_of(dst), operand_of(src), Direction);
        work(dst, src);
    });
}

}  // namespace checked

template <typename Dst, typename Src>
RecordEvent TROWEXPAND(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::repeat<checked::Along::Rows>({"TROWEXPAND", site}, dst, src,
                                                 [](auto& d, auto& s) { isa::TROWEXPAND(d, s); });
}

template <typename Dst, typename Src>
RecordEvent TCOLEXPAND(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::repeat<checked::Along::Columns>({"TCOLEXPAND", site}, dst, src,
                                                    [](auto& d, auto& s) { isa::TCOLEXPAND(d, s); });
}

}  // namespace pto
