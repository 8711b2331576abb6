// Operands as data: what a tile's type says in a `Form`, a tile and a window of global memory by their values.
// Judging and bookkeeping work on these, and so are compiled once, with the engine.
#pragma once

#include "../tile/global_tensor.hpp"
#include "../tile/layout.hpp"
#include "machine.hpp"

namespace pto::checked {

using machine::DType;

template <typename T>
constexpr DType dtype_of() {
    if constexpr (detail::is_same<T, half>) return DType::Float16;
    else if constexpr (detail::is_same<T, bfloat16_t>) return DType::BFloat16;
    else if constexpr (detail::is_same<T, float>) return DType::Float32;
    else if constexpr (detail::is_same<T, int8_t>) return DType::Int8;
    else if constexpr (detail::is_same<T, int16_t>) return DType::Int16;
    else if constexpr (detail::is_same<T, int32_t>) return DType::Int32;
    else if constexpr (detail::is_same<T, int64_t>) return DType::Int64;
    else if constexpr (detail::is_same<T, uint8_t>) return DType::UInt8;
    else if constexpr (detail::is_same<T, uint16_t>) return DType::UInt16;
    else if constexpr (detail::is_same<T, uint32_t>) return DType::UInt32;
    else return DType::UInt64;
}

// A tile type: its elements, its physical shape, and the official order of its elements.
struct Form {
    Space space;
    DType dtype;
    int64_t size;  // bytes of an element
    int64_t rows;
    int64_t cols;
    int64_t box_rows;
    int64_t box_cols;
    bool is_row_major;
    bool is_boxed;
    bool has_row_major_boxes;
    bool has_wide_boxes;  // of an accumulator
    bool is_padded;
    bool is_element;  // known when compiling to have one valid element, which the scalar unit moves

    constexpr int64_t bytes() const { return rows * cols * size; }
    // Whether global order is kept: UB and rows that follow one another are the same to every reader.
    constexpr bool is_exact() const { return space == Space::UB; }
    // Whether elements are equally far apart in the library's own order.
    constexpr bool is_even() const { return !is_exact() || !is_boxed; }
};

template <typename Tile>
inline constexpr Form form_of = {static_cast<Space>(static_cast<int>(Tile::Loc)),
                                 dtype_of<typename Tile::DType>(),
                                 sizeof(typename Tile::DType),
                                 Tile::Rows,
                                 Tile::Cols,
                                 Tile::InnerRows,
                                 Tile::InnerCols,
                                 Tile::isRowMajor,
                                 Tile::isBoxedLayout,
                                 Tile::isInnerRowMajor,
                                 Tile::SFractalSize == TileConfig::fractalCSize,
                                 Tile::PadVal != PadValue::Null,
                                 Tile::ValidRow == 1 && Tile::ValidCol == 1};

// A tile: where it lies, and its valid shape.
struct Operand {
    const Form* form;
    unsigned char* data;
    int64_t rows;
    int64_t cols;

    const Form* operator->() const { return form; }
};

template <typename Tile>
Operand operand_of(const Tile& tile) {
    return {&form_of<Tile>, reinterpret_cast<unsigned char*>(tile.data()), static_cast<int64_t>(tile.GetValidRow()),
            static_cast<int64_t>(tile.GetValidCol())};
}

// Part of a tile.
struct Window {
    int64_t row;
    int64_t col;
    int64_t rows;
    int64_t cols;
};

inline Window valid_window(const Operand& tile) { return {0, 0, tile.rows, tile.cols}; }

// A window of global memory; strides count bytes.
struct Global {
    unsigned char* data;
    DType dtype;
    int64_t size;
    Layout layout;
    int64_t shape[5];
    int64_t stride[5];

    int64_t planes() const { return shape[0] * shape[1] * shape[2]; }
};

template <typename Tensor>
Global global_of(const Tensor& tensor) {
    using T = typename Tensor::RawDType;
    Global global{reinterpret_cast<unsigned char*>(tensor.data()), dtype_of<T>(), sizeof(T), Tensor::layout, {}, {}};
    for (int dim = 0; dim < 5; ++dim) {
        global.shape[dim] = tensor.GetShape(dim);
        global.stride[dim] = tensor.GetStride(dim) * static_cast<int64_t>(sizeof(T));
    }
    return global;
}

}  // namespace pto::checked
