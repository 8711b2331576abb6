// TSTORE: a tile from UB, L1 or L0C into a window of global memory; the valid shape is what is written.
//
// UB and L1 store the element type they hold. An accumulator (float or int32) is converted on the way: float to float,
// half or bfloat16_t, to nearest even and beyond the largest value to infinity; relu comes before the conversion.
// AtomicAdd adds to what is there, each element atomically.
#pragma once

#include "../lanes/arithmetic.hpp"
#include "../lanes/map.hpp"
#include "load.hpp"

namespace pto {
namespace detail {

struct Same {
    template <typename V>
    PTO_INLINE V operator()(V x) const {
        return x;
    }
};

template <ReluPreMode Relu>
using before_store_t = conditional_t<Relu == ReluPreMode::NormalRelu, Rectify, Same>;

template <typename T>
PTO_INLINE void add_atomically(T* to, T value) {
    using Bits = unsigned_t<sizeof(T)>;
    auto* cell = reinterpret_cast<Bits*>(to);
    Bits old = __atomic_load_n(cell, __ATOMIC_RELAXED), sum;
    do {
        if constexpr (is_float<T>)
            sum = bits_as<Bits>(T(static_cast<float>(bits_as<T>(old)) + static_cast<float>(value)));
        else
            sum = static_cast<Bits>(old + static_cast<Bits>(value));
    } while (!__atomic_compare_exchange_n(cell, &old, sum, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

// Global memory is written exactly, so the rest of a row goes through a buffer.
template <ReluPreMode Relu, typename To, typename From>
PTO_INLINE void store_converted(To* to, const From* from, int count) {
    constexpr int lanes = common_lanes<To, From>();
    const before_store_t<Relu> convert;
    int i = 0;
    for (; i + lanes <= count; i += lanes) store_lanes<To, lanes>(to + i, convert(load_lanes<From, lanes>(from + i)));
    if (i < count) {
        To rest[lanes];
        store_lanes<To, lanes>(rest, convert(load_first<From, lanes>(from + i, count - i)));
        __builtin_memcpy(to + i, rest, static_cast<size_t>(count - i) * sizeof(To));
    }
}

template <ReluPreMode Relu, typename To, typename From>
PTO_BODY void store_rows(To* to, int64_t to_pitch, const From* from, int64_t from_pitch, Extent extent) {
    extent = without_gaps(extent, Rows<To>{to, to_pitch}, Rows<const From>{from, from_pitch});
    for (int row = 0; row < extent.rows; ++row)
        store_converted<Relu>(to + row * to_pitch, from + row * from_pitch, extent.cols);
}

// Elements that are a step apart in global memory, or that are added to what is there.
template <AtomicType Atomic, ReluPreMode Relu, typename To, typename From>
PTO_BODY void store_elements(To* to, int64_t to_pitch, int64_t step, const From* from, int64_t from_pitch,
                             Extent extent) {
    for (int row = 0; row < extent.rows; ++row)
        for (int col = 0; col < extent.cols; ++col) {
            To value;
            store_converted<Relu>(&value, from + row * from_pitch + col, 1);
            if constexpr (Atomic == AtomicType::AtomicAdd)
                add_atomically(to + row * to_pitch + col * step, value);
            else
                to[row * to_pitch + col * step] = value;
        }
}

template <AtomicType Atomic, ReluPreMode Relu, int64_t StaticStep, typename To, typename From>
PTO_INLINE void store_plane(To* to, int64_t to_pitch, int64_t step, const From* from, int64_t from_pitch,
                            Extent extent) {
    if constexpr (Atomic == AtomicType::AtomicNone && (StaticStep == 1 || StaticStep == DYNAMIC)) {
        if (step == 1) {
            if constexpr (Relu == ReluPreMode::NoRelu && is_same<To, From>)
                copy_rows(to, to_pitch, from, from_pitch, extent);
            else
                store_rows<Relu>(to, to_pitch, from, from_pitch, extent);
            return;
        }
    }
    if constexpr (Atomic != AtomicType::AtomicNone || StaticStep != 1)
        store_elements<Atomic, Relu>(to, to_pitch, step, from, from_pitch, extent);
}

template <AtomicType Atomic, ReluPreMode Relu, typename Tile, typename Global>
PTO_INLINE void store_lines(const Global& dst, const Tile& src) {
    constexpr bool columns = is_byte_exact<Tile> && has_column_lines<Global>;
    constexpr int pitch = columns ? Tile::Rows : Tile::Cols, along = columns ? 3 : 4, across = columns ? 4 : 3;
    constexpr int64_t step = Global::staticStride[along];
    Extent lines = lines_of<columns>(src);
    constexpr bool is_copy = Atomic == AtomicType::AtomicNone && Relu == ReluPreMode::NoRelu &&
                             is_same<typename Tile::DType, typename Global::RawDType>;
    if constexpr (is_copy && has_one_plane<Global>() && is_one_piece<Tile, Global, columns>) {
        const auto elements = static_cast<size_t>(lines.rows) * pitch;
        __builtin_memcpy(dst.data(), src.data(), elements * sizeof(typename Tile::DType));
    } else if constexpr (has_one_plane<Global>()) {
        store_plane<Atomic, Relu, step>(dst.data(), dst.GetStride(across), dst.GetStride(along), src.data(), pitch,
                                        lines);
    } else {
        lines.rows = static_cast<int>(dst.GetShape(across));
        for_each_plane(dst, [&](int plane, typename Global::DType* to) PTO_LAMBDA {
            store_plane<Atomic, Relu, step>(to, dst.GetStride(across), dst.GetStride(along),
                                            src.data() + plane * lines.rows * pitch, pitch, lines);
        });
    }
}

template <AtomicType Atomic, ReluPreMode Relu, typename Tile, typename Global>
PTO_INLINE void store_boxes(const Global& dst, const Tile& src) {
    constexpr int line = static_cast<int>(Global::staticShape[4]);
    static_assert(Global::staticShape[3] == 16 && (line == block_elements<typename Global::DType> || line == 16),
                  "the last two dimensions of an NZ window are 16 and 32 bytes (16 elements from an accumulator): use "
                  "TileShape2D<T, rows, cols, NZ>");
    const int rows = valid_rows(src), blocks = valid_cols(src) / line;
    const int inner_blocks = static_cast<int>(dst.GetShape(1));
    for (int block = 0; block < blocks; ++block) {
        auto* column = dst.data() + block / inner_blocks * dst.GetStride(0) + block % inner_blocks * dst.GetStride(1);
        for (int row = 0; row < rows; ++row)
            store_plane<Atomic, Relu, 1>(column + row / 16 * dst.GetStride(2) + row % 16 * dst.GetStride(3), 0, 1,
                                         element_address(src, row, block * line), 0, {1, line});
    }
}

template <typename Tile, typename Global, AtomicType Atomic, ReluPreMode Relu>
constexpr bool check_store() {
    using From = typename Tile::DType;
    using To = typename Global::RawDType;
    static_assert(Tile::Loc == TileType::Vec || Tile::Loc == TileType::Mat || Tile::Loc == TileType::Acc,
                  "TSTORE takes tiles from UB, L1 or L0C");
    static_assert(Tile::Loc == TileType::Acc || is_same<From, To>,
                  "UB and L1 store the element type they hold: convert with TCVT first");
    static_assert(Tile::Loc != TileType::Acc || is_same<From, To> || (is_same<From, float> && is_float<To>),
                  "an accumulator of float stores float, half or bfloat16_t; one of int32_t stores int32_t");
    static_assert(Relu == ReluPreMode::NoRelu || Tile::Loc == TileType::Acc, "relu at the store is for accumulators");
    static_assert(Atomic == AtomicType::AtomicNone || is_float<To> || is_one_of<To, int32_t, int16_t, int8_t>,
                  "an atomic add takes float, half, bfloat16_t, int32_t, int16_t or int8_t");
    static_assert(Tile::Loc != TileType::Acc || Global::layout != Layout::DN,
                  "an accumulator stores to ND or NZ windows");
    static_assert(Tile::Loc != TileType::Vec || keeps_layout<Tile, Global::layout>,
                  "UB keeps the layout: ND row-major, DN column-major, NZ boxed");
    return true;
}

template <AtomicType Atomic = AtomicType::AtomicNone, ReluPreMode Relu = ReluPreMode::NoRelu, typename Tile,
          typename Global>
PTO_INLINE RecordEvent store_tile(const Global& dst, const Tile& src) {
    static_assert(is_tile_data_v<Tile> && is_global_data_v<Global>, "TSTORE(global tensor, tile)");
    static_assert(check_store<Tile, Global, Atomic, Relu>());
    if constexpr (Global::layout == Layout::NZ)
        store_boxes<Atomic, Relu>(dst, src);
    else
        store_lines<Atomic, Relu>(dst, src);
    return {};
}

}  // namespace detail

PTO_ISA {

template <typename Tile, typename Global, typename... Events>
PTO_INST RecordEvent TSTORE(Global& dst, Tile& src, Events&...) {
    return detail::store_tile(dst, src);
}

template <STPhase Phase, typename Tile, typename Global, typename... Events>
PTO_INST RecordEvent TSTORE(Global& dst, Tile& src, Events&...) {
    return detail::store_tile(dst, src);
}

template <typename Tile, typename Global, AtomicType Atomic, typename... Events>
PTO_INST RecordEvent TSTORE(Global& dst, Tile& src, Events&...) {
    return detail::store_tile<Atomic>(dst, src);
}

template <STPhase Phase, typename Tile, typename Global, AtomicType Atomic, typename... Events>
PTO_INST RecordEvent TSTORE(Global& dst, Tile& src, Events&...) {
    return detail::store_tile<Atomic>(dst, src);
}

template <typename Tile, typename Global, AtomicType Atomic, ReluPreMode Relu, typename... Events>
PTO_INST RecordEvent TSTORE(Global& dst, Tile& src, Events&...) {
    return detail::store_tile<Atomic, Relu>(dst, src);
}

template <STPhase Phase, typename Tile, typename Global, AtomicType Atomic, ReluPreMode Relu, typename... Events>
PTO_INST RecordEvent TSTORE(Global& dst, Tile& src, Events&...) {
    return detail::store_tile<Atomic, Relu>(dst, src);
}

}  // namespace isa
}  // namespace pto
