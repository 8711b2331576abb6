// TMATMUL and TGEMV, their accumulating and biased forms. Products are summed along K in order, each with one fused
// multiply-add in float: from zero, from the accumulator (ACC) or from the bias (BIAS); int8 sums in int32, wrapping.
// The valid shape of the result says which rows and columns, that of the left operand the depth.
#pragma once

#include "../lanes/matrix.hpp"
#include "rules.hpp"
#include "sync.hpp"

namespace pto {
namespace detail {

template <typename Out, typename Left, typename Right>
constexpr bool check_product() {
    using C = typename Out::DType;
    using A = typename Left::DType;
    using B = typename Right::DType;
    static_assert(Left::Loc == TileType::Left && Right::Loc == TileType::Right && Out::Loc == TileType::Acc,
                  "a product takes a left operand in L0A (TileLeft), a right one in L0B (TileRight) and a result in "
                  "L0C (TileAcc)");
    static_assert(is_same<A, B>, "both operands of a product have one element type");
    static_assert((is_same<C, float> && is_float<A>) || (is_same<C, int32_t> && is_same<A, int8_t>),
                  "a product is float of float, half or bfloat16_t, or int32_t of int8_t");
    static_assert(Left::Rows == Out::Rows && Left::Cols == Right::Rows && Right::Cols == Out::Cols,
                  "shapes of a product are [M, K], [K, N] and [M, N]");
    static_assert(Left::Rows <= 4095 && Left::Cols <= 4095 && Right::Cols <= 4095, "M, K and N are at most 4095");
    return true;
}

// Rows of a block: where the valid rows are known, so many that blocks of one height make them with the least to spare.
constexpr int rows_at_once(int valid_rows) {
    if (valid_rows == DYNAMIC) return block_rows;
    const int blocks = (valid_rows + block_rows - 1) / block_rows;
    return (valid_rows + blocks - 1) / blocks;
}

template <typename Out, typename Left, typename Right>
PTO_INLINE RecordEvent product(Out& out, Start<typename Out::DType> start, const Left& left, const Right& right,
                               int rows) {
    using T = typename Left::DType;
    static_assert(check_product<Out, Left, Right>());
    constexpr int height = rows_at_once(Left::Rows == 1 ? 1 : Out::ValidRow);
    constexpr bool is_whole = Out::ValidRow != DYNAMIC && Out::ValidRow % height == 0 &&
                              Out::ValidCol == Out::Cols && Out::Cols % panel_cols == 0;
    constexpr Edges edges = is_whole ? Edges::Whole : Edges::Ragged;
    constexpr Reuse use = Out::Rows > 2 * block_rows ? Reuse::High : Reuse::Low;
    Fetcher fetcher(pto_current_ahead);
    multiply<height, edges, use>(out.data(), Out::Cols, start, LeftMatrix<T>{left.data(), Left::Cols},
                                 RightMatrix<T>{right.data(), Right::Cols, Right::Cols},
                                 {rows, valid_cols(out), valid_cols(left)}, fetcher);
    return {};
}

template <typename Out>
PTO_INLINE Start<typename Out::DType> from_zero() {
    return from_zeros<typename Out::DType>();
}

template <typename Out>
PTO_INLINE Start<typename Out::DType> from_accumulator(const Out& in) {
    return {in.data(), Out::Cols, 1};
}

template <typename Out, typename Bias>
PTO_INLINE Start<typename Out::DType> from_bias(const Bias& bias) {
    static_assert(Bias::Loc == TileType::Bias && Bias::Rows == 1, "a bias is one row in the bias memory");
    static_assert(is_same<typename Bias::DType, typename Out::DType>, "a bias has the result's element type");
    static_assert(Bias::Cols >= Out::Cols, "a bias has a column for each column of the result");
    return {bias.data(), 0, 1};
}

}  // namespace detail

PTO_ISA {

template <typename Out, typename Left, typename Right, typename... Events>
PTO_INST RecordEvent TMATMUL(Out& out, Left& left, Right& right, Events&...) {
    return detail::product(out, detail::from_zero<Out>(), left, right, detail::valid_rows(out));
}
template <AccPhase Phase, typename Out, typename Left, typename Right, typename... Events>
PTO_INST RecordEvent TMATMUL(Out& out, Left& left, Right& right, Events&...) {
    return detail::product(out, detail::from_zero<Out>(), left, right, detail::valid_rows(out));
}

template <typename Out, typename Left, typename Right, typename... Events>
PTO_INST RecordEvent TMATMUL_ACC(Out& out, Out& in, Left& left, Right& right, Events&...) {
    return detail::product(out, detail::from_accumulator(in), left, right, detail::valid_rows(out));
}
template <AccPhase Phase, typename Out, typename Left, typename Right, typename... Events>
PTO_INST RecordEvent TMATMUL_ACC(Out& out, Out& in, Left& left, Right& right, Events&...) {
    return detail::product(out, detail::from_accumulator(in), left, right, detail::valid_rows(out));
}
template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right>
PTO_INST RecordEvent TMATMUL_ACC(Out& out, Left& left, Right& right) {
    return detail::product(out, detail::from_accumulator(out), left, right, detail::valid_rows(out));
}

template <typename Out, typename Left, typename Right, typename Bias, typename... Events>
PTO_INST RecordEvent TMATMUL_BIAS(Out& out, Left& left, Right& right, Bias& bias, Events&...) {
    return detail::product(out, detail::from_bias<Out>(bias), left, right, detail::valid_rows(out));
}
template <AccPhase Phase, typename Out, typename Left, typename Right, typename Bias, typename... Events>
PTO_INST RecordEvent TMATMUL_BIAS(Out& out, Left& left, Right& right, Bias& bias, Events&...) {
    return detail::product(out, detail::from_bias<Out>(bias), left, right, detail::valid_rows(out));
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right, typename... Events>
PTO_INST RecordEvent TGEMV(Out& out, Left& left, Right& right, Events&...) {
    return detail::product(out, detail::from_zero<Out>(), left, right, 1);
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right, typename... Events>
PTO_INST RecordEvent TGEMV_ACC(Out& out, Out& in, Left& left, Right& right, Events&...) {
    return detail::product(out, detail::from_accumulator(in), left, right, 1);
}

template <AccPhase Phase = AccPhase::Unspecified, typename Out, typename Left, typename Right, typename Bias,
          typename... Events>
PTO_INST RecordEvent TGEMV_BIAS(Out& out, Left& left, Right& right, Bias& bias, Events&...) {
    return detail::product(out, detail::from_bias<Out>(bias), left, right, 1);
}

}  // namespace isa
}  // namespace pto
