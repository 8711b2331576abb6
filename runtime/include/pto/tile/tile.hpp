// Tile: a two-dimensional block of elements in one on-chip memory, as a type. Physical shape and layout are static;
// either side of the valid shape may be dynamic (-1), and is then given to the constructor.
//
// A tile holds no elements: TASSIGN binds it to an address, copies of a tile share it.
#pragma once

#include "pad.hpp"

#if defined(PTO_CHECKED)
#include "../checked/scalar.hpp"
#endif

namespace pto {

inline constexpr int DYNAMIC = -1;

namespace TileConfig {
inline constexpr int alignedSize = 32;
inline constexpr int fixedRowSize = 16;
inline constexpr int fixedColSize = 16;
inline constexpr int fixedMxRowSize = 16;
inline constexpr int fixedMxColSize = 2;
inline constexpr int fractalABSize = 512;
inline constexpr int fractalCSize = 1024;
inline constexpr int fractalMxSize = 32;
}  // namespace TileConfig

namespace detail {

struct Fractal {
    int rows;
    int cols;
};

// The inner box of a layout: 16 rows (or columns) of 32 bytes; 16 x 16 for accumulators; 1 x 1 where there is none.
constexpr Fractal inner_box(SLayout layout, int fractal_bytes, int element_bytes) {
    const bool transposed = layout == SLayout::ColMajor;
    if (fractal_bytes == TileConfig::fractalCSize) return {TileConfig::fixedRowSize, TileConfig::fixedColSize};
    if (fractal_bytes == TileConfig::fractalMxSize)
        return transposed ? Fractal{TileConfig::fixedMxColSize, TileConfig::fixedMxRowSize}
                          : Fractal{TileConfig::fixedMxRowSize, TileConfig::fixedMxColSize};
    if (layout == SLayout::NoneBox) return {1, 1};
    const int line = TileConfig::alignedSize / element_bytes;
    return transposed ? Fractal{line, TileConfig::fixedColSize} : Fractal{TileConfig::fixedRowSize, line};
}

// The bases of Tile hold what depends on few of its parameters, so that tiles which differ only in shape share it.

// Where the elements are.
template <TileType Loc_, typename Element_>
struct TileData {
    using DType = Element_;
    using TileDType = DType*;
    static constexpr TileType Loc = Loc_;

    PTO_INLINE TileDType& data() { return data_; }
    PTO_INLINE const TileDType& data() const { return data_; }

#if defined(PTO_CHECKED)
    DType GetValue(uint32_t offset, checked::Site site = {}) const {
        static_assert(Loc == TileType::Vec, "only tiles in UB can be read by the scalar unit");
        return checked::may_read(data_, offset, sizeof(DType), site) ? data_[offset] : DType{};
    }
    void SetValue(uint32_t offset, DType value, checked::Site site = {}) {
        static_assert(Loc == TileType::Vec, "only tiles in UB can be written by the scalar unit");
        checked::write_element(data_, offset, &value, sizeof(DType), site);
    }
#else
    // Single elements by their offset in the layout, counted in elements.
    PTO_INLINE DType GetValue(uint32_t offset) const {
        static_assert(Loc == TileType::Vec, "only tiles in UB can be read by the scalar unit");
        return data_[offset];
    }
    PTO_INLINE void SetValue(uint32_t offset, DType value) {
        static_assert(Loc == TileType::Vec, "only tiles in UB can be written by the scalar unit");
        data_[offset] = value;
    }
#endif

    PTO_INLINE bool GetKAligned() const { return k_aligned_; }
    PTO_INLINE void SetKAligned(bool aligned) { k_aligned_ = aligned; }

private:
    TileDType data_ = nullptr;
    bool k_aligned_ = false;
};

// In which order they are.
template <int ElementBytes, BLayout BFractal_, SLayout SFractal_, int SFractalSize_>
struct TileOrder {
    static constexpr BLayout BFractal = BFractal_;
    static constexpr SLayout SFractal = SFractal_;
    static constexpr int SFractalSize = SFractalSize_;
    static constexpr bool isRowMajor = BFractal == BLayout::RowMajor;
    static constexpr bool isBoxedLayout = SFractal != SLayout::NoneBox;
    static constexpr bool isInnerRowMajor = SFractal == SLayout::RowMajor;
    static constexpr bool isInnerColMajor = SFractal == SLayout::ColMajor;
    static constexpr int InnerRows = inner_box(SFractal, SFractalSize, ElementBytes).rows;
    static constexpr int InnerCols = inner_box(SFractal, SFractalSize, ElementBytes).cols;
    static constexpr int InnerNumel = InnerRows * InnerCols;

    static_assert(SFractalSize == TileConfig::fractalABSize || SFractalSize == TileConfig::fractalCSize ||
                      SFractalSize == TileConfig::fractalMxSize,
                  "a fractal has 512 bytes (L0A, L0B, L1), 1024 (L0C) or 32 (scales)");
};

// How many rows, and how many columns, are valid.
template <int Valid>
struct ValidRows {
    static constexpr int ValidRow = Valid;
    static constexpr unsigned GetValidRow() { return Valid; }
    PTO_INLINE void SetValidRow(unsigned) {
        static_assert(Valid == DYNAMIC, "valid rows are static in this tile's type: declare them DYNAMIC (-1)");
    }
};
template <>
struct ValidRows<DYNAMIC> {
    static constexpr int ValidRow = DYNAMIC;
    PTO_INLINE unsigned GetValidRow() const { return valid_row_; }
    PTO_INLINE void SetValidRow(unsigned rows) { valid_row_ = rows; }

private:
    unsigned valid_row_ = 0;
};
template <int Valid>
struct ValidCols {
    static constexpr int ValidCol = Valid;
    static constexpr unsigned GetValidCol() { return Valid; }
    PTO_INLINE void SetValidCol(unsigned) {
        static_assert(Valid == DYNAMIC, "valid columns are static in this tile's type: declare them DYNAMIC (-1)");
    }
};
template <>
struct ValidCols<DYNAMIC> {
    static constexpr int ValidCol = DYNAMIC;
    PTO_INLINE unsigned GetValidCol() const { return valid_col_; }
    PTO_INLINE void SetValidCol(unsigned cols) { valid_col_ = cols; }

private:
    unsigned valid_col_ = 0;
};

}  // namespace detail

template <TileType Loc_, typename Element_, int Rows_, int Cols_, BLayout BFractal_ = BLayout::RowMajor,
          int RowValid_ = Rows_, int ColValid_ = Cols_, SLayout SFractal_ = SLayout::NoneBox,
          int SFractalSize_ = TileConfig::fractalABSize, PadValue PadVal_ = PadValue::Null,
          CompactMode Compact_ = CompactMode::Null>
struct Tile : detail::TileData<Loc_, Element_>,
              detail::TileOrder<sizeof(Element_), BFractal_, SFractal_, SFractalSize_>,
              detail::ValidRows<RowValid_>,
              detail::ValidCols<ColValid_> {
    using Order = detail::TileOrder<sizeof(Element_), BFractal_, SFractal_, SFractalSize_>;

    static constexpr int Rows = Rows_;
    static constexpr int Cols = Cols_;
    static constexpr int Numel = Rows * Cols;
    static constexpr PadValue PadVal = PadVal_;
    static constexpr CompactMode Compact = Compact_;
    static constexpr int RowStride = Order::isRowMajor ? Cols : 1;
    static constexpr int ColStride = Order::isRowMajor ? 1 : Rows;

    static_assert(Rows > 0 && Cols > 0, "a tile has at least one row and one column");
    static_assert(RowValid_ == DYNAMIC || (RowValid_ > 0 && RowValid_ <= Rows),
                  "valid rows are between 1 and the tile's rows, or DYNAMIC (-1)");
    static_assert(ColValid_ == DYNAMIC || (ColValid_ > 0 && ColValid_ <= Cols),
                  "valid columns are between 1 and the tile's columns, or DYNAMIC (-1)");
    static_assert(Order::isBoxedLayout || !Order::isRowMajor || Cols * sizeof(Element_) % TileConfig::alignedSize == 0,
                  "a row of a row-major tile is a multiple of 32 bytes: add columns and keep them out of the valid "
                  "shape, or make an [M, 1] tile column-major");
    static_assert(Order::isBoxedLayout || Order::isRowMajor || Rows * sizeof(Element_) % TileConfig::alignedSize == 0,
                  "a column of a column-major tile is a multiple of 32 bytes: add rows and keep them out of the valid "
                  "shape");
    static_assert(Cols % Order::InnerCols == 0,
                  "columns of a boxed tile are a multiple of the fractal's columns: add columns and keep them out of "
                  "the valid shape");
    static_assert(Loc_ == TileType::Vec || SFractalSize_ == TileConfig::fractalMxSize || Rows == 1 ||
                      Rows % Order::InnerRows == 0,
                  "rows of a boxed tile are 1 or a multiple of the fractal's rows: add rows and keep them out of the "
                  "valid shape");

    Tile() {
        if constexpr (RowValid_ == DYNAMIC) this->SetValidRow(Rows);
        if constexpr (ColValid_ == DYNAMIC) this->SetValidCol(Cols);
    }
    explicit Tile(unsigned valid_rows, unsigned valid_cols) { SetValidShape(valid_rows, valid_cols); }
    explicit Tile(unsigned valid) {
        static_assert((RowValid_ == DYNAMIC) != (ColValid_ == DYNAMIC),
                      "one number is the valid shape of a tile with one dynamic side");
        if constexpr (RowValid_ == DYNAMIC)
            this->SetValidRow(valid);
        else
            this->SetValidCol(valid);
    }

    PTO_INLINE void SetValidShape(unsigned rows, unsigned cols) {
        this->SetValidRow(rows);
        this->SetValidCol(cols);
    }
};

#if defined(PTODSL_ARCH_A5)
inline constexpr BLayout left_block_layout = BLayout::ColMajor;
#else
inline constexpr BLayout left_block_layout = BLayout::RowMajor;
#endif

template <typename T, int Rows, int Cols, int RowValid = Rows, int ColValid = Cols>
using TileLeft = Tile<TileType::Left, T, Rows, Cols, left_block_layout, RowValid, ColValid, SLayout::RowMajor,
                      TileConfig::fractalABSize>;
template <typename T, int Rows, int Cols, int RowValid = Rows, int ColValid = Cols>
using TileLeftCompact = Tile<TileType::Left, T, Rows, Cols, left_block_layout, RowValid, ColValid, SLayout::RowMajor,
                             TileConfig::fractalABSize, PadValue::Null, CompactMode::Normal>;

template <typename T, int Rows, int Cols, int RowValid = Rows, int ColValid = Cols>
using TileRight = Tile<TileType::Right, T, Rows, Cols, BLayout::RowMajor, RowValid, ColValid, SLayout::ColMajor,
                       TileConfig::fractalABSize>;
template <typename T, int Rows, int Cols, int RowValid = Rows, int ColValid = Cols>
using TileRightCompact = Tile<TileType::Right, T, Rows, Cols, BLayout::RowMajor, RowValid, ColValid, SLayout::ColMajor,
                              TileConfig::fractalABSize, PadValue::Null, CompactMode::Normal>;

template <typename T, int Rows, int Cols, int RowValid = Rows, int ColValid = Cols>
using TileAcc = Tile<TileType::Acc, T, Rows, Cols, BLayout::ColMajor, RowValid, ColValid, SLayout::RowMajor,
                     TileConfig::fractalCSize>;
template <typename T, int Rows, int Cols, int RowValid = Rows, int ColValid = Cols>
using TileAccCompact = Tile<TileType::Acc, T, Rows, Cols, BLayout::ColMajor, RowValid, ColValid, SLayout::RowMajor,
                            TileConfig::fractalCSize, PadValue::Null, CompactMode::Normal>;

template <typename T>
inline constexpr bool is_tile_data_v = false;
template <TileType Loc, typename T, int R, int C, BLayout B, int VR, int VC, SLayout S, int F, PadValue P,
          CompactMode M>
inline constexpr bool is_tile_data_v<Tile<Loc, T, R, C, B, VR, VC, S, F, P, M>> = true;

template <typename T>
inline constexpr bool is_boxed_tile = T::isBoxedLayout;

template <typename T>
struct is_Nz_layout {
    static constexpr bool value = !T::isRowMajor && T::isInnerRowMajor;
};
template <typename T>
struct is_Zn_layout {
    static constexpr bool value = T::isRowMajor && T::isInnerColMajor;
};
template <typename T>
struct is_Zz_layout {
    static constexpr bool value = T::isRowMajor && T::isInnerRowMajor;
};

}  // namespace pto
