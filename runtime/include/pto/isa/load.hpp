// TLOAD: a window of global memory into a tile in UB or L1.
//
// UB keeps the window's layout (ND, DN or NZ), and where the tile's type has a pad value the rest of the last 32 bytes
// of each row (ND) or column (DN) is filled with it. L1 takes ND into Nz, DN into Zn, NZ into Nz and an unboxed row;
// the elements are then in the library's own order. Nothing outside the window is read.
#pragma once

#include "../lanes/transpose.hpp"
#include "../tile/global_tensor.hpp"
#include "../tile/layout.hpp"
#include "sync.hpp"

namespace pto {
namespace detail {

template <typename T>
inline constexpr int block_elements = TileConfig::alignedSize / static_cast<int>(sizeof(T));

template <typename Global>
constexpr bool has_one_plane() {
    constexpr const auto& shape = Global::staticShape;
    return shape[0] == 1 && shape[1] == 1 && shape[2] == 1;
}

// Calls body(plane, address) for each index of the three outer dimensions, planes counted in order.
template <typename Global, typename Body>
PTO_INLINE void for_each_plane(const Global& global, Body body) {
    if constexpr (has_one_plane<Global>()) {
        body(0, global.data());
    } else {
        int plane = 0;
        for (int64_t i = 0; i < global.GetShape(0); ++i)
            for (int64_t j = 0; j < global.GetShape(1); ++j)
                for (int64_t k = 0; k < global.GetShape(2); ++k)
                    body(plane++, global.data() + i * global.GetStride(0) + j * global.GetStride(1) +
                                      k * global.GetStride(2));
    }
}

// Lines of a plane are its rows (ND) or its columns (DN): elements that follow one another in the layout.
template <typename Global>
inline constexpr bool has_column_lines = Global::layout == Layout::DN;

template <typename Global>
inline constexpr int line_dim = has_column_lines<Global> ? 4 : 3;
template <typename Global>
inline constexpr int along_dim = has_column_lines<Global> ? 3 : 4;

// Lines of the tile and of the window follow one another without a gap, and this is known from their types.
template <typename Tile, typename Global, bool Columns>
inline constexpr bool is_one_piece =
    Global::staticStride[Columns ? 3 : 4] == 1 &&
    (Columns ? Tile::ValidRow == Tile::Rows && Global::staticStride[4] == Tile::Rows
             : Tile::ValidCol == Tile::Cols && Global::staticStride[3] == Tile::Cols);

// Elements that follow one another in the tile, and are a step apart in global memory.
template <int64_t StaticStep, typename T>
PTO_INLINE void gather_line(T* to, const T* from, int count, int64_t step) {
    if (StaticStep == 1 || step == 1) {
        copy_run(to, from, count);
    } else {
        for (int i = 0; i < count; ++i) to[i] = from[i * step];
    }
}

template <PadValue Pad, typename T>
PTO_INLINE void pad_line(T* line, int count) {
    if constexpr (Pad != PadValue::Null) {
        for (int i = count; i % block_elements<T> != 0; ++i) line[i] = pad_element<T, Pad>();
    }
}

template <typename Tile, typename Global>
PTO_INLINE void load_lines(Tile& dst, const Global& src) {
    constexpr bool columns = has_column_lines<Global>;
    constexpr int pitch = columns ? Tile::Rows : Tile::Cols;
    const int length = columns ? valid_rows(dst) : valid_cols(dst);
    const int all_lines = columns ? valid_cols(dst) : valid_rows(dst);
    const int plane_lines = has_one_plane<Global>() ? all_lines : static_cast<int>(src.GetShape(line_dim<Global>));
    for_each_plane(src, [&](int plane, const typename Tile::DType* from) PTO_LAMBDA {
        auto* to = dst.data() + plane * plane_lines * pitch;
        if constexpr (is_one_piece<Tile, Global, columns>) {
            gather_line<1>(to, from, plane_lines * pitch, 1);
        } else {
            for (int line = 0; line < plane_lines; ++line, to += pitch, from += src.GetStride(line_dim<Global>)) {
                gather_line<Global::staticStride[along_dim<Global>]>(to, from, length,
                                                                     src.GetStride(along_dim<Global>));
                pad_line<Tile::PadVal>(to, length);
            }
        }
    });
}

// Columns of global memory become rows of L1's order.
template <typename Tile, typename Global>
PTO_INLINE void load_transposed(Tile& dst, const Global& src) {
    const int rows = valid_rows(dst);
    const int plane_cols = has_one_plane<Global>() ? valid_cols(dst) : static_cast<int>(src.GetShape(4));
    for_each_plane(src, [&](int plane, const typename Tile::DType* from) PTO_LAMBDA {
        if (src.GetStride(3) == 1) {
            transpose(dst.data() + plane * plane_cols, Tile::Cols, from, src.GetStride(4), plane_cols, rows);
        } else {
            for (int col = 0; col < plane_cols; ++col)
                for (int row = 0; row < rows; ++row)
                    dst.data()[row * Tile::Cols + plane * plane_cols + col] =
                        from[row * src.GetStride(3) + col * src.GetStride(4)];
        }
    });
}

// Boxes of 16 rows of 32 bytes, block columns outermost. A box's row goes where the tile keeps it.
template <typename Tile, typename Global>
PTO_INLINE void load_boxes(Tile& dst, const Global& src) {
    constexpr int line = block_elements<typename Tile::DType>;
    static_assert(Global::staticShape[3] == 16 && Global::staticShape[4] == line,
                  "the last two dimensions of an NZ window are 16 and 32 bytes: use TileShape2D<T, rows, cols, NZ>");
    const int rows = valid_rows(dst), blocks = valid_cols(dst) / line;
    const int inner_blocks = static_cast<int>(src.GetShape(1));
    for (int block = 0; block < blocks; ++block) {
        const auto* column = src.data() + block / inner_blocks * src.GetStride(0) +
                             block % inner_blocks * src.GetStride(1);
        for (int row = 0; row < rows; ++row)
            __builtin_memcpy(element_address(dst, row, block * line),
                             column + row / 16 * src.GetStride(2) + row % 16 * src.GetStride(3), 32);
    }
}

template <typename Tile, typename Global>
constexpr void check_window() {
    static_assert(sizeof(typename Tile::DType) == sizeof(typename Global::DType) &&
                      is_same<typename Tile::DType, typename Global::RawDType>,
                  "tile and window have one element type: convert on chip with TCVT, or in TSTORE from an accumulator");
    static_assert(Global::layout == Layout::ND || Global::layout == Layout::DN || Global::layout == Layout::NZ,
                  "the library knows windows of layout ND, DN and NZ");
    constexpr const auto& shape = Global::staticShape;
    constexpr int along = Global::layout == Layout::DN ? Tile::ValidRow : Tile::ValidCol;
    constexpr int lines = Global::layout == Layout::DN ? Tile::ValidCol : Tile::ValidRow;
    if constexpr (Global::layout != Layout::NZ) {
        static_assert(along == DYNAMIC || shape[along_dim<Global>] == DYNAMIC || along == shape[along_dim<Global>],
                      "the length of a line (a row in ND, a column in DN) differs between window and valid shape");
        constexpr int64_t total = product(product(shape[0], shape[1]), product(shape[2], shape[line_dim<Global>]));
        static_assert(lines == DYNAMIC || total == DYNAMIC || lines == total,
                      "the number of lines (rows in ND, columns in DN) differs between window and valid shape");
    } else {
        constexpr int64_t rows = product(shape[2], shape[3]);
        constexpr int64_t cols = product(product(shape[0], shape[1]), shape[4]);
        static_assert(Tile::ValidRow == DYNAMIC || rows == DYNAMIC || Tile::ValidRow == rows,
                      "the number of rows (shape2 * shape3) differs between NZ window and valid shape");
        static_assert(Tile::ValidCol == DYNAMIC || cols == DYNAMIC || Tile::ValidCol == cols,
                      "the number of columns (shape0 * shape1 * shape4) differs between NZ window and valid shape");
    }
}

// Tile layouts that hold a window's layout as it is.
template <typename Tile, Layout L>
inline constexpr bool keeps_layout = L == Layout::ND   ? Tile::isRowMajor && !Tile::isBoxedLayout
                                     : L == Layout::DN ? !Tile::isRowMajor && !Tile::isBoxedLayout
                                                       : !Tile::isRowMajor && Tile::isInnerRowMajor;

template <typename Tile, Layout L>
inline constexpr bool boxes_layout =
    L == Layout::ND ? is_Nz_layout<Tile>::value : L == Layout::DN && is_Zn_layout<Tile>::value;

}  // namespace detail

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TLOAD(Dst& dst, Src& src, Events&...) {
    static_assert(is_tile_data_v<Dst> && is_global_data_v<Src>, "TLOAD(tile, global tensor)");
    static_assert(Dst::Loc == TileType::Vec || Dst::Loc == TileType::Mat,
                  "TLOAD fills tiles in UB or L1: reach L0A, L0B and Bias by TMOV from L1");
    detail::check_window<Dst, Src>();
    static_assert(detail::keeps_layout<Dst, Src::layout> ||
                      (Dst::Loc == TileType::Mat && detail::boxes_layout<Dst, Src::layout>),
                  "UB keeps the layout: ND row-major, DN column-major, NZ boxed; L1 also takes ND to Nz and DN to Zn");
    if constexpr (Src::layout == Layout::NZ)
        detail::load_boxes(dst, src);
    else if constexpr (Dst::Loc == TileType::Mat && Src::layout == Layout::DN)
        detail::load_transposed(dst, src);
    else
        detail::load_lines(dst, src);
    return {};
}

}  // namespace pto
