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
    int plane = 0;
    for (int64_t i = 0; i < global.GetShape(0); ++i)
        for (int64_t j = 0; j < global.GetShape(1); ++j)
            for (int64_t k = 0; k < global.GetShape(2); ++k)
                body(plane++, global.data() + i * global.GetStride(0) + j * global.GetStride(1) +
                                  k * global.GetStride(2));
}

// Lines of a plane are its rows (ND) or its columns (DN): elements that follow one another in the layout.
template <typename Global>
inline constexpr bool has_column_lines = Global::layout == Layout::DN;

template <typename Global>
inline constexpr int line_dim = has_column_lines<Global> ? 4 : 3;
template <typename Global>
inline constexpr int along_dim = has_column_lines<Global> ? 3 : 4;

// Lines of the tile and of the window follow one another without a gap, and this is known from their types.
template <typename Tile, typename Global, bool Columns = has_column_lines<Global>>
inline constexpr bool is_one_piece =
    Global::staticStride[Columns ? 3 : 4] == 1 &&
    (Columns ? Tile::ValidRow == Tile::Rows && Global::staticStride[4] == Tile::Rows
             : Tile::ValidCol == Tile::Cols && Global::staticStride[3] == Tile::Cols);

// The lines of a window's plane, or of the whole tile: how many, how long.
template <bool Columns, typename Tile>
PTO_INLINE Extent lines_of(const Tile& tile) {
    const Extent valid = valid_extent(tile);
    return Columns ? Extent{valid.cols, valid.rows} : valid;
}

// Elements that follow one another in the tile, and are a step apart in global memory.
template <typename T>
PTO_BODY void gather_lines(T* to, int64_t to_pitch, const T* from, int64_t from_pitch, int64_t step, Extent lines) {
    if (step == 1) return copy_rows(to, to_pitch, from, from_pitch, lines);
    for (int line = 0; line < lines.rows; ++line)
        for (int i = 0; i < lines.cols; ++i) to[line * to_pitch + i] = from[line * from_pitch + i * step];
}

// The rest of the last 32 bytes of each line.
template <typename T>
PTO_BODY void pad_lines(T* to, int64_t pitch, Extent lines, T value) {
    for (int line = 0; line < lines.rows; ++line)
        for (int i = lines.cols; i % block_elements<T> != 0; ++i) to[line * pitch + i] = value;
}

template <typename Tile, typename Global>
PTO_INLINE void load_plane(typename Tile::DType* to, const typename Tile::DType* from, const Global& src,
                           Extent lines) {
    using T = typename Tile::DType;
    constexpr int pitch = has_column_lines<Global> ? Tile::Rows : Tile::Cols;
    if constexpr (is_one_piece<Tile, Global>)
        __builtin_memcpy(to, from, static_cast<size_t>(lines.rows) * pitch * sizeof(T));
    else if constexpr (Global::staticStride[along_dim<Global>] == 1)
        copy_rows(to, pitch, from, src.GetStride(line_dim<Global>), lines);
    else
        gather_lines(to, pitch, from, src.GetStride(line_dim<Global>), src.GetStride(along_dim<Global>), lines);
    if constexpr (Tile::PadVal != PadValue::Null) pad_lines(to, pitch, lines, pad_element<T, Tile::PadVal>());
}

template <typename Tile, typename Global>
PTO_INLINE void load_lines(Tile& dst, const Global& src) {
    constexpr int pitch = has_column_lines<Global> ? Tile::Rows : Tile::Cols;
    Extent lines = lines_of<has_column_lines<Global>>(dst);
    if constexpr (has_one_plane<Global>()) {
        load_plane<Tile>(dst.data(), src.data(), src, lines);
    } else {
        lines.rows = static_cast<int>(src.GetShape(line_dim<Global>));
        for_each_plane(src, [&](int plane, const typename Tile::DType* from) PTO_LAMBDA {
            load_plane<Tile>(dst.data() + plane * lines.rows * pitch, from, src, lines);
        });
    }
}

// Columns of global memory, one plane's beside the other's, become rows of L1's order.
template <int64_t StaticRowStep, typename T>
PTO_BODY void load_columns(T* to, int64_t to_pitch, const T* from, int64_t row_step, int64_t col_step, Extent extent) {
    if (StaticRowStep == 1 || row_step == 1) return transpose(to, to_pitch, from, col_step, extent.cols, extent.rows);
    for (int row = 0; row < extent.rows; ++row)
        for (int col = 0; col < extent.cols; ++col) to[row * to_pitch + col] = from[row * row_step + col * col_step];
}

template <typename Tile, typename Global>
PTO_INLINE void load_transposed(Tile& dst, const Global& src) {
    Extent extent = valid_extent(dst);
    if constexpr (has_one_plane<Global>()) {
        load_columns<Global::staticStride[3]>(dst.data(), Tile::Cols, src.data(), src.GetStride(3),
                                              src.GetStride(4), extent);
    } else {
        extent.cols = static_cast<int>(src.GetShape(4));
        for_each_plane(src, [&](int plane, const typename Tile::DType* from) PTO_LAMBDA {
            load_columns<Global::staticStride[3]>(dst.data() + plane * extent.cols, Tile::Cols, from, src.GetStride(3),
                                                  src.GetStride(4), extent);
        });
    }
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
constexpr bool check_window() {
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
    return true;
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

PTO_ISA {

template <typename Dst, typename Src, typename... Events>
PTO_INST RecordEvent TLOAD(Dst& dst, Src& src, Events&...) {
    static_assert(is_tile_data_v<Dst> && is_global_data_v<Src>, "TLOAD(tile, global tensor)");
    static_assert(Dst::Loc == TileType::Vec || Dst::Loc == TileType::Mat,
                  "TLOAD fills tiles in UB or L1: reach L0A, L0B and Bias by TMOV from L1");
    static_assert(detail::check_window<Dst, Src>());
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

}  // namespace isa
}  // namespace pto
