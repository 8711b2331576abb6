// TMOV, TEXTRACT and TINSERT, checked: paths that the chosen architecture has, their pipes, and offsets at whole
// blocks.
#pragma once

#include "../isa/move.hpp"
#include "store.hpp"

namespace pto {
namespace checked {

struct Path {
    bool is_there;
    pipe_t pipe;
};

constexpr Path find_path(Space from, Space to) {
    for (const machine::Move& move : machine::moves)
        if (move.from == from && move.to == to) return {true, move.pipe};
    return {false, PIPE_V};
}

void judge_path(Call& call, Space from, Space to);
void judge_move(Call& call, const Operand& dst, Window to, const Operand& src, Window from);
void define_move(const char* op, Site site, const Operand& dst, Window to, const Operand& src, Window from);
// A window from one tile to another: both have its size.
template <STPhase Phase, typename Dst, typename Src, typename Work>
RecordEvent move(const char* op, Site site, Dst& dst, Window to, Src& src, Window from, Work work) {
    constexpr Path path = find_path(form_of<Src>.space, form_of<Dst>.space);
    Call call(op, site, path.pipe);
    if constexpr (!path.is_there) {
        judge_path(call, form_of<Src>.space, form_of<Dst>.space);
        return {};
    } else {
        judge_phase(call, static_cast<int>(Phase));
        judge_move(call, operand_of(dst), to, operand_of(src), from);
        return call.carries_out([=]() mutable {
            define_move(op, site, operand_of(dst), to, operand_of(src), from);
            work(dst, src);
        });
    }
}

template <ReluPreMode Relu, typename Dst, typename Src>
RecordEvent extract(Dst& dst, Src& src, int64_t row, int64_t col, Site site) {
    const Window to = valid_window(operand_of(dst));
    return move<STPhase::Unspecified>("TEXTRACT", site, dst, to, src, {row, col, to.rows, to.cols},
                                      [row, col](auto& d, auto& s) {
                                          isa::TEXTRACT<Dst, Src, Relu>(d, s, static_cast<uint16_t>(row),
                                                                        static_cast<uint16_t>(col));
                                      });
}

template <ReluPreMode Relu, typename Dst, typename Src>
RecordEvent insert(Dst& dst, Src& src, int64_t row, int64_t col, Site site) {
    const Window from = valid_window(operand_of(src));
    return move<STPhase::Unspecified>("TINSERT", site, dst, {row, col, from.rows, from.cols}, src, from,
                                      [row, col](auto& d, auto& s) {
                                          isa::TINSERT<Dst, Src, Relu>(d, s, static_cast<uint16_t>(row),
                                                                       static_cast<uint16_t>(col));
                                      });
}

template <STPhase Phase, ReluPreMode Relu, typename Dst, typename Src>
RecordEvent move_whole(Dst& dst, Src& src, Site site) {
    const Window window = valid_window(operand_of(dst));
    return move<Phase>("TMOV", site, dst, window, src, window,
                       [](auto& d, auto& s) { isa::TMOV<Dst, Src, Relu>(d, s); });
}

}  // namespace checked

template <typename Dst, typename Src>
RecordEvent TMOV(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::move_whole<STPhase::Unspecified, ReluPreMode::NoRelu>(dst, src, site);
}

template <typename Dst, typename Src, ReluPreMode Relu>
RecordEvent TMOV(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::move_whole<STPhase::Unspecified, Relu>(dst, src, site);
}

template <STPhase Phase, typename Dst, typename Src>
RecordEvent TMOV(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::move_whole<Phase, ReluPreMode::NoRelu>(dst, src, site);
}

template <STPhase Phase, typename Dst, typename Src, ReluPreMode Relu>
RecordEvent TMOV(Dst& dst, Src& src, checked::Site site = {}) {
    return checked::move_whole<Phase, Relu>(dst, src, site);
}

template <typename Dst, typename Src>
RecordEvent TEXTRACT(Dst& dst, Src& src, uint16_t row = 0, uint16_t col = 0, checked::Site site = {}) {
    return checked::extract<ReluPreMode::NoRelu>(dst, src, row, col, site);
}

template <typename Dst, typename Src, ReluPreMode Relu>
RecordEvent TEXTRACT(Dst& dst, Src& src, uint16_t row, uint16_t col, checked::Site site = {}) {
    return checked::extract<Relu>(dst, src, row, col, site);
}

template <typename Dst, typename Src>
RecordEvent TINSERT(Dst& dst, Src& src, uint16_t row, uint16_t col, checked::Site site = {}) {
    return checked::insert<ReluPreMode::NoRelu>(dst, src, row, col, site);
}

template <typename Dst, typename Src, ReluPreMode Relu>
RecordEvent TINSERT(Dst& dst, Src& src, uint16_t row, uint16_t col, checked::Site site = {}) {
    return checked::insert<Relu>(dst, src, row, col, site);
}

}  // namespace pto
