// TSTORE, checked. Rows of UB are read in whole blocks of 32 bytes, an accumulator in whole fractals; global memory
// is written exactly. A stored element has to be defined.
#pragma once

#include "../isa/store.hpp"
#include "rules.hpp"

namespace pto {
namespace checked {

void judge_phase(Call& call, int phase);
void judge_store(Call& call, const Operand& src, const Global& dst, AtomicType atomic);
void define_store(const char* op, Site site, const Operand& src, const Global& dst, AtomicType atomic);

template <AtomicType Atomic, STPhase Phase, typename Dst, typename Src, typename Work>
RecordEvent store(Call call, Dst& dst, Src& src, Work work) {
    judge_phase(call, static_cast<int>(Phase));
    judge_store(call, operand_of(src), global_of(dst), Atomic);
    return call.carries_out([dst, src, work, op = call.op(), site = call.site()]() mutable {
        define_store(op, site, operand_of(src), global_of(dst), Atomic);
        work(dst, src);
    });
}

template <typename Tile>
inline constexpr pipe_t store_pipe = Tile::Loc == TileType::Acc ? PIPE_FIX : PIPE_MTE3;

}  // namespace checked

template <typename Tile, typename Global>
RecordEvent TSTORE(Global& dst, Tile& src, checked::Site site = {}) {
    return checked::store<AtomicType::AtomicNone, STPhase::Unspecified>(
        {"TSTORE", site, checked::store_pipe<Tile>}, dst, src, [](auto& d, auto& s) { isa::TSTORE(d, s); });
}

template <STPhase Phase, typename Tile, typename Global>
RecordEvent TSTORE(Global& dst, Tile& src, checked::Site site = {}) {
    return checked::store<AtomicType::AtomicNone, Phase>({"TSTORE", site, checked::store_pipe<Tile>}, dst, src,
                                                         [](auto& d, auto& s) { isa::TSTORE<Phase>(d, s); });
}

template <typename Tile, typename Global, AtomicType Atomic, ReluPreMode Relu = ReluPreMode::NoRelu>
RecordEvent TSTORE(Global& dst, Tile& src, checked::Site site = {}) {
    return checked::store<Atomic, STPhase::Unspecified>(
        {"TSTORE", site, checked::store_pipe<Tile>}, dst, src,
        [](auto& d, auto& s) { isa::TSTORE<Tile, Global, Atomic, Relu>(d, s); });
}

template <STPhase Phase, typename Tile, typename Global, AtomicType Atomic, ReluPreMode Relu = ReluPreMode::NoRelu>
RecordEvent TSTORE(Global& dst, Tile& src, checked::Site site = {}) {
    return checked::store<Atomic, Phase>(
        {"TSTORE", site, checked::store_pipe<Tile>}, dst, src,
        [](auto& d, auto& s) { isa::TSTORE<Phase, Tile, Global, Atomic, Relu>(d, s); });
}

}  // namespace pto
