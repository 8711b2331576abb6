// Broadcasts of a scalar a row, or of a row, checked. Forms of TROWEXPAND* without a temporary use hidden bytes of UB on
// A2/A3 where the scalars are a column.
#pragma once

#include "../isa/expand.hpp"
#include "map.hpp"

namespace pto {
namespace checked {

inline constexpr unsigned expanded_dtypes =
    machine::vector_dtypes & set_of(DType::Float16, DType::Float32, DType::Int16, DType::Int32);

// The one scalar of each row, over all columns; the one row, over all rows.
inline Cells along_rows(const Cells& scalars) { return {scalars.first, scalars.row_pitch, 0, scalars.size}; }
inline Cells along_columns(const Cells& row) { return {row.first, 0, row.col_pitch, row.size}; }

template <typename Dst, typename Src0, typename Src1>
inline constexpr bool scalars_first = detail::is_row_scalars<Src0, Dst>() && !detail::is_row_scalars<Src1, Dst>();

// A column, rather than rows of 32 bytes that repeat the scalar.
template <typename Scalars>
inline constexpr bool is_column = !Scalars::isRowMajor;

template <typename Scalars>
Window scalar_window(const Scalars& scalars) {
    const int64_t rows = scalars.GetValidRow();
    return {0, 0, rows, is_column<Scalars> ? 1 : detail::least<int64_t>(Scalars::Cols, 32 / element_bytes<Scalars>)};
}

inline constexpr int64_t hidden_scratch_bytes = machine::hidden_scratch_end - machine::hidden_scratch_start;

inline void touch_hidden_scratch(Call& call) {
    if constexpr (machine::hidden_scratch_end > 0) {
        call.touches("hidden scratch", Effect::Write, {Space::UB, machine::hidden_scratch_start, hidden_scratch_bytes});
        use(Space::UB, static_cast<int64_t>(machine::hidden_scratch_end));
    }
}
inline void undefine_hidden_scratch() {
    undefine(detail::on_chip.bytes + machine::hidden_scratch_start, hidden_scratch_bytes);
}

template <typename Dst, typename Src, typename Scalars, typename Work>
RecordEvent expand_rows(Call& call, Dst dst, Src src, Scalars scalars, const char* src_name, const char* scalars_name,
                        Work work) {
    take_dtype<typename Src::DType>(call, expanded_dtypes);
    judge_source(call, src_name, dst, src, Takes::Over);
    agree(call, scalars_name, scalars.GetValidRow(), dst.GetValidRow(), "there is a scalar for each valid row");
    call.with_hidden_flags().reads(scalars_name, scalars, scalar_window(scalars));
    call.writes("dst", dst);
    return call.carries_out([=]() mutable {
        map_defined(cells_of(dst), valid_block(dst), {cells_of(src), along_rows(cells_of(scalars))});
        work();
    });
}

// As the instruction itself finds out which operand holds the scalars.
template <typename Dst, typename Src0, typename Src1, typename Work>
RecordEvent expand_rows(Call& call, Dst& dst, Src0& src0, Src1& src1, Work work) {
    auto done = [dst, src0, src1, work]() mutable { work(dst, src0, src1); };
    if constexpr (scalars_first<Dst, Src0, Src1>)
        return expand_rows(call, dst, src1, src0, "src1", "src0", done);
    else
        return expand_rows(call, dst, src0, src1, "src0", "src1", done);
}

template <typename Dst, typename Src0, typename Src1, typename Work>
RecordEvent expand_rows_hidden(Call call, Dst& dst, Src0& src0, Src1& src1, Work work) {
    if constexpr (is_column<detail::conditional_t<scalars_first<Dst, Src0, Src1>, Src0, Src1>>) {
        touch_hidden_scratch(call);
        return expand_rows(call, dst, src0, src1, [work](auto& d, auto& a, auto& b) {
            undefine_hidden_scratch();
            work(d, a, b);
        });
    } else {
        return expand_rows(call, dst, src0, src1, work);
    }
}

template <typename Dst, typename Src0, typename Src1, typename Tmp, typename Work>
RecordEvent expand_rows_with(Call call, Dst& dst, Src0& src0, Src1& src1, Tmp& tmp, Work work) {
    constexpr int64_t most = 8192;  // beyond, the instruction works in chunks
    const int64_t needed = detail::least(most, round_up(static_cast<int64_t>(dst.GetValidRow()), 8) * 32);
    return expand_rows(call, dst, src0, src1, with_scratch(call, tmp, needed, work));
}

template <typename Dst, typename Src0, typename Src1, typename Work>
RecordEvent expand_columns(Call call, Dst dst, Src0 src0, Src1 src1, Work work) {
    take_dtype<typename Src0::DType>(call, expanded_dtypes);
    judge_source(call, "src0", dst, src0, Takes::Over);
    agree(call, "src1", src1.GetValidCol(), dst.GetValidCol(), "the row has a value for each valid column");
    call.reads("src1", src1, {0, 0, 1, static_cast<int64_t>(src1.GetValidCol())});
    call.writes("dst", dst);
    return call.carries_out([=]() mutable {
        map_defined(cells_of(dst), valid_block(dst), {cells_of(src0), along_columns(cells_of(src1))});
        work(dst, src0, src1);
    });
}

}  // namespace checked

template <typename Dst, typename Src>
RecordEvent TROWEXPAND(Dst& dst, Src& src, checked::Site site = {}) {
    checked::Call call("TROWEXPAND", site);
    checked::agree(call, "src", src.GetValidRow(), dst.GetValidRow(), "there is a scalar for each valid row");
    call.with_hidden_flags().reads("src", src, checked::scalar_window(src));
    call.writes("dst", dst);
    return call.carries_out([dst, src]() mutable {
        checked::map_defined(checked::cells_of(dst), checked::valid_block(dst),
                             {checked::along_rows(checked::cells_of(src))});
        isa::TROWEXPAND(dst, src);
    });
}

template <typename Dst, typename Src>
RecordEvent TCOLEXPAND(Dst& dst, Src& src, checked::Site site = {}) {
    checked::Call call("TCOLEXPAND", site);
    checked::agree(call, "src", src.GetValidCol(), dst.GetValidCol(), "the row has a value for each valid column");
    call.reads("src", src, {0, 0, 1, static_cast<int64_t>(src.GetValidCol())});
    call.writes("dst", dst);
    return call.carries_out([dst, src]() mutable {
        checked::map_defined(checked::cells_of(dst), checked::valid_block(dst),
                             {checked::along_columns(checked::cells_of(src))});
        isa::TCOLEXPAND(dst, src);
    });
}

}  // namespace pto
