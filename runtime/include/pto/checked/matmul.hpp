// TMATMUL and TGEMV, their accumulating and biased forms, checked.
#pragma once

#include "product.hpp"

namespace pto {
namespace checked {

enum class Rows { Matrix, Vector };

template <AccPhase Phase, Rows Kind, typename Out, typename Left, typename Right, typename Work>
RecordEvent multiply_fresh(const char* op, Site site, Out& out, Left& left, Right& right, Work work) {
    Call call(op, site, PIPE_M);
    const Product extent = extent_of(out, left, Kind == Rows::Vector);
    judge_phase<Phase>(call);
    judge_product(call, out, left, right, extent);
    return multiply(call, out, left, right, extent, work);
}

template <AccPhase Phase, Rows Kind, typename Out, typename Left, typename Right, typename Work>
RecordEvent multiply_onto(const char* op, Site site, Out& out, Out& in, Left& left, Right& right, Work work) {
    Call call(op, site, PIPE_M);
    const Product extent = extent_of(out, left, Kind == Rows::Vector);
    const Window window{0, 0, extent.rows, extent.cols};
    judge_phase<Phase>(call);
    if (in.data() != out.data())
        call.finds("operands-overlap", {text("operand", "in"), text("other_operand", "out"),
                                        text("rule", "an accumulator is added to in its own bytes")});
    judge_product(call, out, left, right, extent);
    call.reads("in", in, window);
    call.shares_bytes();
    call.accumulates(extent.fractals());
    auto onto = [in, work](auto& c, auto& a, auto& b) mutable { work(c, in, a, b); };
    const Start start{in.data() ? cells_of(in) : Cells{}, true};
    return multiply(call, out, left, right, extent, onto, start);
}

template <AccPhase Phase, Rows Kind, typename Out, typename Left, typename Right, typename Bias, typename Work>
RecordEvent multiply_from(const char* op, Site site, Out& out, Left& left, Right& right, Bias& bias, Work work) {
    Call call(op, site, PIPE_M);
    const Product extent = extent_of(out, left, Kind == Rows::Vector);
    judge_phase<Phase>(call);
    if (bias.GetValidCol() < extent.cols)
        refuse_shape(call, "bias", bias.GetValidCol(), extent.cols, "a bias has a value for each valid column");
    judge_product(call, out, left, right, extent);
    call.reads("bias", bias, {0, 0, 1, extent.cols});
    auto from = [bias, work](auto& c, auto& a, auto& b) mutable { work(c, a, b, bias); };
    Cells row = bias.data() ? cells_of(bias) : Cells{};
    row.row_pitch = 0;
    return multiply(call, out, left, right, extent, from, {row, true});
}

}  // namespace checked

template <typename Out, typename Left, typename Right>
RecordEvent TMATMUL(Out& out, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_fresh<AccPhase::Unspecified, checked::Rows::Matrix>(
        "TMATMUL", site, out, left, right, [](auto& c, auto& a, auto& b) { isa::TMATMUL(c, a, b); });
}

template <AccPhase Phase, typename Out, typename Left, typename Right>
RecordEvent TMATMUL(Out& out, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_fresh<Phase, checked::Rows::Matrix>(
        "TMATMUL", site, out, left, right, [](auto& c, auto& a, auto& b) { isa::TMATMUL<Phase>(c, a, b); });
}

template <typename Out, typename Left, typename Right>
RecordEvent TMATMUL_ACC(Out& out, Out& in, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_onto<AccPhase::Unspecified, checked::Rows::Matrix>(
        "TMATMUL_ACC", site, out, in, left, right, [](auto& c, auto& in, auto& a, auto& b) { isa::TMATMUL_ACC(c, in, a, b); });
}

template <AccPhase Phase, typename Out, typename Left, typename Right>
RecordEvent TMATMUL_ACC(Out& out, Out& in, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_onto<Phase, checked::Rows::Matrix>(
        "TMATMUL_ACC", site, out, in, left, right, [](auto& c, auto& in, auto& a, auto& b) { isa::TMATMUL_ACC<Phase>(c, in, a, b); });
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right>
RecordEvent TMATMUL_ACC(Out& out, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_onto<Phase, checked::Rows::Matrix>(
        "TMATMUL_ACC", site, out, out, left, right,
        [](auto& c, auto& in, auto& a, auto& b) { isa::TMATMUL_ACC<Phase>(c, in, a, b); });
}

template <typename Out, typename Left, typename Right, typename Bias>
RecordEvent TMATMUL_BIAS(Out& out, Left& left, Right& right, Bias& bias, checked::Site site = {}) {
    return checked::multiply_from<AccPhase::Unspecified, checked::Rows::Matrix>(
        "TMATMUL_BIAS", site, out, left, right, bias, [](auto& c, auto& a, auto& b, auto& bias) { isa::TMATMUL_BIAS(c, a, b, bias); });
}

template <AccPhase Phase, typename Out, typename Left, typename Right, typename Bias>
RecordEvent TMATMUL_BIAS(Out& out, Left& left, Right& right, Bias& bias, checked::Site site = {}) {
    return checked::multiply_from<Phase, checked::Rows::Matrix>(
        "TMATMUL_BIAS", site, out, left, right, bias, [](auto& c, auto& a, auto& b, auto& bias) { isa::TMATMUL_BIAS<Phase>(c, a, b, bias); });
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right>
RecordEvent TGEMV(Out& out, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_fresh<Phase, checked::Rows::Vector>(
        "TGEMV", site, out, left, right, [](auto& c, auto& a, auto& b) { isa::TGEMV<Phase>(c, a, b); });
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right>
RecordEvent TGEMV_ACC(Out& out, Out& in, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_onto<Phase, checked::Rows::Vector>(
        "TGEMV_ACC", site, out, in, left, right, [](auto& c, auto& in, auto& a, auto& b) { isa::TGEMV_ACC<Phase>(c, in, a, b); });
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right, typename Bias>
RecordEvent TGEMV_BIAS(Out& out, Left& left, Right& right, Bias& bias, checked::Site site = {}) {
    return checked::multiply_from<Phase, checked::Rows::Vector>(
        "TGEMV_BIAS", site, out, left, right, bias, [](auto& c, auto& a, auto& b, auto& bias) { isa::TGEMV_BIAS<Phase>(c, a, b, bias); });
}

}  // namespace pto
