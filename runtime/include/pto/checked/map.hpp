// Element by element: the result is defined where all operands are, and may take over an operand's bytes.
#pragma once

#include "rules.hpp"

namespace pto::checked {

// Whether a result may have an operand's bytes.
enum class Takes { Over, Apart };

template <typename Dst, typename Src>
void judge_source(Call& call, const char* operand, const Dst& dst, const Src& src, Takes takes) {
    agree_valid(call, operand, src, dst);
    call.reads(operand, src);
    if (takes == Takes::Over) may_take_over(call, dst, src);
}

template <typename Dst, typename Src, typename Work>
RecordEvent map_tile(Call call, unsigned dtypes, Dst dst, Src src, Work work, Takes takes = Takes::Over) {
    take_dtype<typename Src::DType>(call, dtypes);
    judge_source(call, "src", dst, src, takes);
    call.elementwise().writes("dst", dst);
    return call.carries_out([=]() mutable {
        map_defined(cells_of(dst), valid_block(dst), {cells_of(src)});
        work(dst, src);
    });
}

template <typename Dst, typename Src0, typename Src1, typename Work>
RecordEvent map_tiles(Call call, unsigned dtypes, Dst dst, Src0 src0, Src1 src1, Work work) {
    take_dtype<typename Src0::DType>(call, dtypes);
    judge_source(call, "src0", dst, src0, Takes::Over);
    judge_source(call, "src1", dst, src1, Takes::Over);
    call.elementwise().writes("dst", dst);
    return call.carries_out([=]() mutable {
        map_defined(cells_of(dst), valid_block(dst), {cells_of(src0), cells_of(src1)});
        work(dst, src0, src1);
    });
}

// As many bytes of a temporary as a result's rows have.
template <typename Dst>
int64_t bytes_of_rows(const Dst& dst) {
    return static_cast<int64_t>(dst.GetValidRow()) * Dst::Cols * element_bytes<Dst>;
}

// Takes a temporary before the operands are, and leaves it undefined after the work.
template <typename Tmp, typename Work>
auto with_scratch(Call& call, const Tmp& tmp, int64_t needed, Work work) {
    take_scratch(call, tmp, needed);
    const void* data = tmp.data();
    const int64_t count = detail::least(needed, physical_bytes<Tmp>);
    return [=](auto&... operands) mutable {
        work(operands...);
        undefine(data, count);
    };
}

}  // namespace pto::checked
