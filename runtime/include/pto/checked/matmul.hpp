// TMATMUL and TGEMV, their accumulating and biased forms, checked.
#pragma once

#include "../isa/matmul.hpp"
#include "store.hpp"

namespace pto {
namespace checked {

enum class Rows { Matrix, Vector };

// The valid extents of a product.
struct Product {
    int64_t rows;
    int64_t depth;
    int64_t cols;
};

inline Product product_of(const Operand& out, const Operand& left, Rows kind) {
    return {kind == Rows::Vector ? 1 : out.rows, left.cols, out.cols};
}

// `start`: the accumulator or the bias that is added to; null where there is none.
void judge_product(Call& call, const Operand& out, const Operand& left, const Operand& right, Product extent,
                   const Operand* start);
void define_product(const char* op, Site site, const Operand& out, const Operand& left, const Operand& right,
                    Product extent, const Operand* start);

template <AccPhase Phase, Rows Kind, typename Out, typename Left, typename Right, typename Work>
RecordEvent multiply_fresh(const char* op, Site site, Out& out, Left& left, Right& right, Work work) {
    Call call(op, site, PIPE_M);
    const Product extent = product_of(operand_of(out), operand_of(left), Kind);
    judge_phase(call, static_cast<int>(Phase));
    judge_product(call, operand_of(out), operand_of(left), operand_of(right), extent, nullptr);
    return call.carries_out([=]() mutable {
        define_product(op, site, operand_of(out), operand_of(left), operand_of(right), extent, nullptr);
        work(out, left, right);
    });
}

template <AccPhase Phase, Rows Kind, typename Out, typename Left, typename Right, typename Start, typename Work>
RecordEvent multiply_onto(const char* op, Site site, Out& out, Start& start, Left& left, Right& right, Work work) {
    Call call(op, site, PIPE_M);
    const Operand from = operand_of(start);
    const Product extent = product_of(operand_of(out), operand_of(left), Kind);
    judge_phase(call, static_cast<int>(Phase));
    judge_product(call, operand_of(out), operand_of(left), operand_of(right), extent, &from);
    return call.carries_out([=]() mutable {
        const Operand from = operand_of(start);
        define_product(op, site, operand_of(out), operand_of(left), operand_of(right), extent, &from);
        work(out, start, left, right);
    });
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
        "TMATMUL_ACC", site, out, in, left, right,
        [](auto& c, auto& in, auto& a, auto& b) { isa::TMATMUL_ACC(c, in, a, b); });
}

template <AccPhase Phase, typename Out, typename Left, typename Right>
RecordEvent TMATMUL_ACC(Out& out, Out& in, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_onto<Phase, checked::Rows::Matrix>(
        "TMATMUL_ACC", site, out, in, left, right,
        [](auto& c, auto& in, auto& a, auto& b) { isa::TMATMUL_ACC<Phase>(c, in, a, b); });
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right>
RecordEvent TMATMUL_ACC(Out& out, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_onto<Phase, checked::Rows::Matrix>(
        "TMATMUL_ACC", site, out, out, left, right,
        [](auto& c, auto& in, auto& a, auto& b) { isa::TMATMUL_ACC<Phase>(c, in, a, b); });
}

template <typename Out, typename Left, typename Right, typename Bias>
RecordEvent TMATMUL_BIAS(Out& out, Left& left, Right& right, Bias& bias, checked::Site site = {}) {
    return checked::multiply_onto<AccPhase::Unspecified, checked::Rows::Matrix>(
        "TMATMUL_BIAS", site, out, bias, left, right,
        [](auto& c, auto& bias, auto& a, auto& b) { isa::TMATMUL_BIAS(c, a, b, bias); });
}

template <AccPhase Phase, typename Out, typename Left, typename Right, typename Bias>
RecordEvent TMATMUL_BIAS(Out& out, Left& left, Right& right, Bias& bias, checked::Site site = {}) {
    return checked::multiply_onto<Phase, checked::Rows::Matrix>(
        "TMATMUL_BIAS", site, out, bias, left, right,
        [](auto& c, auto& bias, auto& a, auto& b) { isa::TMATMUL_BIAS<Phase>(c, a, b, bias); });
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right>
RecordEvent TGEMV(Out& out, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_fresh<Phase, checked::Rows::Vector>(
        "TGEMV", site, out, left, right, [](auto& c, auto& a, auto& b) { isa::TGEMV<Phase>(c, a, b); });
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right>
RecordEvent TGEMV_ACC(Out& out, Out& in, Left& left, Right& right, checked::Site site = {}) {
    return checked::multiply_onto<Phase, checked::Rows::Vector>(
        "TGEMV_ACC", site, out, in, left, right,
        [](auto& c, auto& in, auto& a, auto& b) { isa::TGEMV_ACC<Phase>(c, in, a, b); });
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right, typename Bias>
RecordEvent TGEMV_BIAS(Out& out, Left& left, Right& right, Bias& bias, checked::Site site = {}) {
    return checked::multiply_onto<Phase, checked::Rows::Vector>(
        "TGEMV_BIAS", site, out, bias, left, right,
        [](auto& c, auto& bias, auto& a, auto& b) { isa::TGEMV_BIAS<Phase>(c, a, b, bias); });
}

}  // namespace pto
