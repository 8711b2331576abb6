// Tiles made from little, checked: what a scalar, a count or a pad value fills is defined.
#pragma once

#include "../isa/fill.hpp"
#include "map.hpp"
#include "move.hpp"

namespace pto {
namespace checked {

inline constexpr unsigned fill_dtypes = bytes | half_words | words;

void define_fill(const Operand& dst);
void judge_padding(Call& call, unsigned dtypes, const Operand& dst, const Operand& src, bool in_place);
void define_padding(const char* op, Site site, const Operand& dst, const Operand& src);

template <typename Tile>
inline constexpr pipe_t fill_pipe = Tile::Loc == TileType::Mat ? PIPE_MTE2 : PIPE_V;

template <typename Tile, typename Work>
RecordEvent fill(Call call, Tile& dst, Work work) {
    call.writes("dst", operand_of(dst));
    return call.carries_out([dst, work]() mutable {
        define_fill(operand_of(dst));
        work(dst);
    });
}

template <typename Dst, typename Src, typename Work>
RecordEvent fill_around(const char* op, Site site, Dst& dst, Src& src, Work work, bool in_place) {
    Call call(op, site, fill_pipe<Dst>);
    judge_padding(call, fill_dtypes, operand_of(dst), operand_of(src), in_place);
    return call.carries_out([op, site, dst, src, work]() mutable {
        define_padding(op, site, operand_of(dst), operand_of(src));
        work(dst, src);
    });
}

}  // namespace checked

template <typename Dst>
RecordEvent TEXPANDS(Dst& dst, typename Dst::DType scalar, checked::Site site = {}) {
    checked::Call call("TEXPANDS", site, checked::fill_pipe<Dst>);
    checked::take_dtype(call, checked::form_of<Dst>.dtype, checked::fill_dtypes);
    return checked::fill(call, dst, [scalar](auto& d) { isa::TEXPANDS(d, scalar); });
}

// Without a temporary A2/A3 counts by stores of the scalar unit, A5 on the vector unit.
template <typename Tile, typename T, int Descending>
RecordEvent TCI(Tile& dst, T start, checked::Site site = {}) {
    return checked::fill({"TCI", site, checked::is_a2a3 ? PIPE_S : PIPE_V}, dst,
                         [start](auto& d) { isa::TCI<Tile, T, Descending>(d, start); });
}

template <typename Tile, typename Tmp, typename T, int Descending>
RecordEvent TCI(Tile& dst, T start, Tmp& tmp, checked::Site site = {}) {
    checked::Call call("TCI", site);
    auto work = checked::with_scratch(call, tmp, checked::form_of<Tmp>.bytes(),
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
