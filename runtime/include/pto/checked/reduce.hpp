// Reductions, checked. A result is defined where all of its row, or column, is.
#pragma once

#include "../isa/reduce.hpp"
#include "map.hpp"

namespace pto {
namespace checked {

inline constexpr unsigned reduced_dtypes =
    machine::vector_dtypes & set_of(DType::Float16, DType::Float32, DType::Int16, DType::Int32);
inline constexpr const char* apart_rule = "the result of a reduction and its source have bytes of their own";

template <typename Dst, typename Src, typename Tmp, typename Work>
RecordEvent reduce_rows(Call call, Dst dst, Src src, Tmp tmp, Work work) {
    take_dtype<typename Src::DType>(call, reduced_dtypes);
    agree(call, "dst", dst.GetValidRow(), src.GetValidRow(), "result and source have as many valid rows");
    call.with_hidden_flags().reads("src", src);
    const int64_t needed = static_cast<int64_t>(src.GetValidRow()) *
                           round_up(static_cast<int64_t>(src.GetValidCol()) * element_bytes<Src>, 32);
    auto with_tmp = with_scratch(call, tmp, needed, work);
    call.writes("dst", dst, {0, 0, static_cast<int64_t>(src.GetValidRow()), 1});
    return call.carries_out([=]() mutable {
        reduce_defined(cells_of(dst), valid_block(src), cells_of(src));
        with_tmp(dst, src, tmp);
    });
}

template <typename Dst, typename Src, typename Work>
RecordEvent reduce_columns(Call call, Dst dst, Src src, Work work) {
    take_dtype<typename Src::DType>(call, reduced_dtypes);
    agree(call, "dst", dst.GetValidCol(), src.GetValidCol(), "result and source have as many valid columns");
    call.reads("src", src);
    call.writes("dst", dst, {0, 0, 1, static_cast<int64_t>(src.GetValidCol())});
    return call.carries_out([=]() mutable {
        const Block block = valid_block(src);
        if (are_defined(cells_of(src), block))
            set_all(cells_of(dst), {1, block.cols}, is_defined);
        else
            reduce_defined(turned(cells_of(dst)), {block.cols, block.rows}, turned(cells_of(src)));
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
    // Pairs of rows are added: half as many sums.
    const int64_t needed = (static_cast<int64_t>(src.GetValidRow()) + 1) / 2 * Src::Cols * checked::element_bytes<Src>;
    const auto work = checked::with_scratch(call, tmp, needed, [tmp, is_binary](auto& d, auto& s) mutable {
        isa::TCOLSUM(d, s, tmp, is_binary);
    });
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
