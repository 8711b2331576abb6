// TTRANS, checked.
#pragma once

#include "../isa/transpose.hpp"
#include "map.hpp"

namespace pto {

template <typename Dst, typename Src, typename Tmp>
RecordEvent TTRANS(Dst& dst, Src& src, Tmp& tmp, checked::Site site = {}) {
    constexpr int64_t size = checked::element_bytes<Src>, line = 32 / size;
    checked::Call call("TTRANS", site);
    const int64_t rows = src.GetValidRow(), cols = src.GetValidCol();
    if (rows > Dst::Cols || cols > Dst::Rows)
        checked::refuse_shape(call, "dst", Dst::Cols, rows, "there is a row for each valid column, and the reverse");
    call.with_hidden_flags().reads("src", src);
    // The source turned, in whole blocks of 32 bytes by 16 rows.
    const int64_t turned = checked::round_up(cols, line) * checked::round_up(rows, line > 16 ? line : 16);
    auto work = checked::with_scratch(call, tmp, turned * size,
                                      [tmp](auto& d, auto& s) mutable { isa::TTRANS(d, s, tmp); });
    call.writes("dst", dst, {0, 0, cols, rows});
    return call.carries_out([dst, src, work, rows, cols]() mutable {
        checked::map_defined(checked::cells_of(dst), {cols, rows}, {checked::turned(checked::cells_of(src))});
        work(dst, src);
    });
}

}  // namespace pto
