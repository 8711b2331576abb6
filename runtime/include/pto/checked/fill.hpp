// Tiles made from little, checked: what a scalar, a count or a pad value fills is defined.
#pragma once

#include "../isa/fill.hpp"
#include "move.hpp"

namespace pto {
namespace checked {

inline constexpr unsigned fill_dtypes = bytes | half_bytes | words;

template <typename Tile>
inline constexpr pipe_t fill_pipe = Tile::Loc == TileType::Mat ? PIPE_MTE2 : PIPE_V;

// The whole valid part of a tile, wherever boxes put it.
template <typename Tile>
void define_tile(const Tile& tile) {
    const Block block = valid_block(tile);
    if constexpr (has_even_cells<Tile>) return set_all(cells_of(tile), block, is_defined);
    for (int64_t row = 0; row < block.rows; ++row)
        for (int64_t col = 0; col < block.cols; ++col) set_all(cells_of(tile, row, col), {1, 1}, is_defined);
}

template <typename Tile, typename Work>
RecordEvent fill(Call call, Tile dst, Work work) {
    call.writes("dst", dst);
    return call.carries_out([=]() mutable {
        define_tile(dst);
        undefine_around(dst, valid_window(dst));
        write_layout(dst, valid_window(dst));
        work(dst);
    });
}

template <typename Dst, typename Src, typename Work>
RecordEvent fill_around(const char* op, Site site, Dst dst, Src src, Work work, bool in_place) {
    Call call(op, site, fill_pipe<Dst>);
    call.with_hidden_flags();
    take_dtype<typename Dst::DType>(call, narrowed("TFILLPAD", fill_dtypes));
    const Block whole = valid_block(dst), part = valid_block(src);
    const Window copied{0, 0, detail::least(whole.rows, part.rows), detail::least(whole.cols, part.cols)};
    const bool is_same = static_cast<const void*>(dst.data()) == static_cast<const void*>(src.data());
    call.reads("src", src, copied);
    if (in_place) may_take_over(call, dst, src);
    call.writes("dst", dst);
    return call.carries_out([=]() mutable {
        read_layout(op, site, "src", src, copied);
        if (is_same && whole.rows > 0) {
            set_all(cells_of(dst, 0, copied.cols), {whole.rows, whole.cols - copied.cols}, is_defined);
            set_all(cells_of(dst, copied.rows, 0), {whole.rows - copied.rows, whole.cols}, is_defined);
        } else {
            define_tile(dst);
            move_defined(dst, copied, src, copied);
        }
        undefine_around(dst, valid_window(dst));
        write_layout(dst, valid_window(dst));
        work(dst, src);
    });
}

}  // namespace checked

template <typename Dst>
RecordEvent TEXPANDS(Dst& dst, typename Dst::DType scalar, checked::Site site = {}) {
    checked::Call call("TEXPANDS", site, checked::fill_pipe<Dst>);
    checked::take_dtype<typename Dst::DType>(call, checked::fill_dtypes);
    return checked::fill(call, dst, [scalar](auto& d) { isa::TEXPANDS(d, scalar); });
}

// Without a temporary A2/A3 counts by stores of the scalar unit, A5 by either unit: both touch the tile.
template <typename Tile, typename T, int Descending>
RecordEvent TCI(Tile& dst, T start, checked::Site site = {}) {
    checked::Call scalar("TCI", site, PIPE_S);
    scalar.writes("dst", dst);
    if (!scalar.is_refused()) scalar.carries_out([] {});
    return checked::fill({"TCI", site}, dst, [start](auto& d) { isa::TCI<Tile, T, Descending>(d, start); });
}

template <typename Tile, typename Tmp, typename T, int Descending>
RecordEvent TCI(Tile& dst, T start, Tmp& tmp, checked::Site site = {}) {
    checked::Call call("TCI", site);
    auto work = checked::with_scratch(call, tmp, checked::physical_bytes<Tmp>,
                                      [start](auto& d) { isa::TCI<Tile, T, Descending>(d, start); });
    return checked::fill(call, dst, work);
}

template <typename Tile, PadValue Pad = PadValue::Zero, detail::enable_if_t<(Tile::Loc == TileType::Mat), int> = 0>
RecordEvent TFILLPAD(Tile& dst, Tile& src, checked::Site site = {}) {
    return checked::fill_around("TFILLPAD", site, dst, src, [](auto& d, auto& s) { isa::TFILLPAD<Tile, Pad>(d, s); },
                                true);
}

template <TFillPadMode Mode = TFillPadMode::Normal, typename Dst, typename Src,
          detail::enable_if_t<(Dst::Loc == TileType::Vec), int> = 0>
RecordEvent TFILLPAD(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::fill_around("TFILLPAD", site, dst, src, [](auto& d, auto& s) { isa::TFILLPAD<Mode>(d, s); },
                                Mode == TFillPadMode::InPlace);
}

template <typename Dst, typename Src>
RecordEvent TFILLPAD_INPLACE(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::fill_around("TFILLPAD_INPLACE", site, dst, src,
                                [](auto& d, auto& s) { isa::TFILLPAD_INPLACE(d, s); }, true);
}

template <typename Dst, typename Src>
RecordEvent TFILLPAD_EXPAND(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::fill_around("TFILLPAD_EXPAND", site, dst, src,
                                [](auto& d, auto& s) { isa::TFILLPAD_EXPAND(d, s); }, false);
}

}  // namespace pto
