// Loads, stores, moves and views in every layout. Each kernel leaves in its second array what it took from the first.
#include <cstdint>
#include <pto/pto-inst.hpp>

using namespace pto;

template <typename T, int Rows, int Cols, Layout L = Layout::ND>
using Window = GlobalTensor<T, TileShape2D<T, Rows, Cols, L>, BaseShape2D<T, Rows, Cols, L>, L>;

template <typename T, int Rows, int Cols, int ValidRows = Rows, int ValidCols = Cols>
using TileNd = Tile<TileType::Vec, T, Rows, Cols, BLayout::RowMajor, ValidRows, ValidCols>;
template <typename T, int Rows, int Cols, int ValidRows = Rows, int ValidCols = Cols>
using TileDn = Tile<TileType::Vec, T, Rows, Cols, BLayout::ColMajor, ValidRows, ValidCols>;
template <TileType Loc, typename T, int Rows, int Cols>
using TileNz = Tile<Loc, T, Rows, Cols, BLayout::ColMajor, Rows, Cols, SLayout::RowMajor, 512>;

// A 2 x 3 x 2 batch of 4 x 24 matrices with gaps between them, as one tile of 48 rows; back without the gaps.
template <typename T>
AICORE void batch_nd(__gm__ T* in, __gm__ T* out) {
    TileNd<T, 48, 32, 48, 24> tile;
    TASSIGN<0x100>(tile);
    GlobalTensor<T, pto::Shape<2, 3, 2, 4, 24>, pto::Stride<1500, 480, 200, 40, 1>> from(in);
    GlobalTensor<T, pto::Shape<2, 3, 2, 4, 24>, pto::Stride<576, 192, 96, 24, 1>> to(out);
    TLOAD(tile, from);
    TSTORE(to, tile);
}

// Columns of 32 elements, 7 of them in each of two planes, 50 apart; stored 32 apart.
template <typename T>
AICORE void batch_dn(__gm__ T* in, __gm__ T* out) {
    TileDn<T, 32, 16, 32, 14> tile;
    TASSIGN<0x100>(tile);
    GlobalTensor<T, pto::Shape<1, 1, 2, 32, 7>, pto::Stride<1, 1, 400, 1, 50>, Layout::DN> from(in);
    GlobalTensor<T, pto::Shape<1, 1, 2, 32, 7>, pto::Stride<1, 1, 224, 1, 32>, Layout::DN> to(out);
    TLOAD(tile, from);
    TSTORE(to, tile);
}

// Every second column of a matrix into a row-major tile, and back into every third.
template <typename T>
AICORE void stepped_columns(__gm__ T* in, __gm__ T* out) {
    TileNd<T, 8, 32, 8, 20> tile;
    TASSIGN<0>(tile);
    GlobalTensor<T, pto::Shape<1, 1, 1, 8, 20>, pto::Stride<1, 1, 1, 40, 2>> from(in);
    GlobalTensor<T, pto::Shape<1, 1, 1, 8, 20>, pto::Stride<1, 1, 1, 60, -1>> to(
        out, pto::Shape<1, 1, 1, 8, 20>(), pto::Stride<1, 1, 1, 60, -1>(3));
    TLOAD(tile, from);
    TSTORE(to, tile);
}

// UB holds NZ as global memory does: a whole boxed tile, read as plain rows.
template <typename T>
AICORE void boxes_are_bytes(__gm__ T* in, __gm__ T* out) {
    TileNz<TileType::Vec, T, 32, 64> boxes;
    TileNd<T, 32, 64> plain;
    TASSIGN<0x400>(boxes);
    TASSIGN<0x400>(plain);
    Window<T, 32, 64, Layout::NZ> from(in);
    Window<T, 32, 64> to(out);
    TLOAD(boxes, from);
    TSTORE(to, plain);
}

// Through L1: rows in, boxes out; boxes in, rows out.
template <typename T>
AICORE void rows_to_boxes(__gm__ T* in, __gm__ T* out) {
    TileNz<TileType::Mat, T, 32, 64> tile;
    TASSIGN<0x2000>(tile);
    Window<T, 32, 64> from(in);
    Window<T, 32, 64, Layout::NZ> to(out);
    TLOAD(tile, from);
    TSTORE(to, tile);
}
template <typename T>
AICORE void boxes_to_rows(__gm__ T* in, __gm__ T* out) {
    TileNz<TileType::Mat, T, 32, 64> tile;
    TASSIGN<0x2000>(tile);
    Window<T, 32, 64, Layout::NZ> from(in);
    Window<T, 32, 64> to(out);
    TLOAD(tile, from);
    TSTORE(to, tile);
}

// Columns into L1, rows out, for a matrix that fits no block of registers evenly.
template <typename T>
AICORE void columns_to_rows(__gm__ T* in, __gm__ T* out) {
    Tile<TileType::Mat, T, 96, 80, BLayout::RowMajor, 91, 77, SLayout::ColMajor, 512> tile;
    TASSIGN<0>(tile);
    GlobalTensor<T, pto::Shape<1, 1, 1, 91, 77>, pto::Stride<1, 1, 1, 1, 100>, Layout::DN> from(in);
    Window<T, 91, 77> to(out);
    TLOAD(tile, from);
    TSTORE(to, tile);
}

// Pads the last 32 bytes of each row with the tile type's value and stores the physical tile.
template <typename T, typename Padded>
AICORE void padded_rows(__gm__ T* in, __gm__ T* out, int64_t cols) {
    TileNd<T, 4, 64> whole;
    Padded tile(cols);
    TASSIGN<0>(whole);
    TASSIGN<0>(tile);
    Window<T, 4, 64> all(out);
    TLOAD(whole, all);
    GlobalTensor<T, pto::Shape<1, 1, 1, 4, -1>, pto::Stride<1, 1, 1, 64, 1>> from(in, pto::Shape<1, 1, 1, 4, -1>(cols));
    TLOAD(tile, from);
    TSTORE(all, whole);
}

// A window out of a tile, into another one at another place, seen through a view.
template <typename T>
AICORE void cut_and_paste(__gm__ T* in, __gm__ T* out) {
    TileNd<T, 16, 64> source, target;
    TileNd<T, 8, 32, 5, 21> piece;
    TASSIGN<0>(source);
    TASSIGN<0x4000>(target);
    TASSIGN<0x8000>(piece);
    Window<T, 16, 64> from(in), to(out);
    TLOAD(source, from);
    TLOAD(target, to);
    TEXTRACT(piece, source, 3, 32);
    TINSERT(target, piece, 9, 7);
    TileNd<T, 4, 64, 2, 64> view;
    TSUBVIEW(view, target, 1, 0);
    TileNd<T, 4, 64, 2, 64> rows;
    TASSIGN<0xa000>(rows);
    Window<T, 2, 64> two(in);
    TLOAD(rows, two);
    TMOV(view, rows);
    TSTORE(to, target);
}

// The transposed valid part of a tile.
template <typename T, int Rows, int Cols>
AICORE void transposed(__gm__ T* in, __gm__ T* out) {
    TileNd<T, 64, 96, Rows, Cols> tile;
    TileNd<T, 96, 64, Cols, Rows> flipped;
    TASSIGN<0>(tile);
    TileNd<T, 96, 64> blocks;
    TASSIGN<0x10000>(flipped);
    TASSIGN<0x20000>(blocks);
    Window<T, Rows, Cols> from(in);
    Window<T, Cols, Rows> to(out);
    TLOAD(tile, from);
    TTRANS(flipped, tile, blocks);
    TSTORE(to, flipped);
}

// Adds a tile to memory, in UB's layout.
template <typename T>
AICORE void added(__gm__ T* in, __gm__ T* out) {
    TileNd<T, 8, 32, 7, 19> tile;
    TASSIGN<0>(tile);
    using Out = Window<T, 7, 19>;
    Out from(in), to(out);
    TLOAD(tile, from);
    TSTORE<decltype(tile), Out, AtomicType::AtomicAdd>(to, tile);
}

// Copies on chip, placed by a pointer that another tile gives, reshaped and counted.
template <typename T>
AICORE void aliased(__gm__ T* in, __gm__ T* out) {
    TileNd<T, 16, 32> tile;
    TASSIGN(tile, 0x1000);
    TileNd<T, 8, 64> wide, copy;
    TASSIGN(wide, reinterpret_cast<uintptr_t>(tile.data()));
    TASSIGN(copy, 0x3000);
    Window<T, 16, 32> from(in);
    Window<T, 8, 64> to(out);
    TLOAD(tile, from);
    TMOV(copy, wide);
    copy.SetValue(5, static_cast<T>(copy.GetValue(6)));
    TSTORE(to, copy);
}
