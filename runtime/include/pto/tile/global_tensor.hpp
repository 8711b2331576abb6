// GlobalTensor: a window of global memory with five dimensions, each with a size and a stride in elements, static or
// dynamic (-1). TileShape2D and BaseShape2D are the Shape and the Stride of a matrix in a layout.
#pragma once

#include "tile.hpp"

namespace pto {

namespace GlobalTensorDim {
inline constexpr int DIM_0 = 0;
inline constexpr int DIM_1 = 1;
inline constexpr int DIM_2 = 2;
inline constexpr int DIM_3 = 3;
inline constexpr int DIM_4 = 4;
inline constexpr int TOTAL_DIM = 5;
}  // namespace GlobalTensorDim

namespace detail {

// Values for five numbers of which as many as DynamicCount are not known statically; nothing where all are.
template <int DynamicCount>
struct Values {
    int64_t values[5];

    // All five are given, or as many as are dynamic, or none; a static number stays what it is.
    template <typename... Given>
    PTO_INLINE void set(const int64_t (&known)[5], Given... given) {
        constexpr int count = sizeof...(Given);
        static_assert(count == 5 || count == DynamicCount || count == 0,
                      "give a value for each dynamic dimension, or for all five");
        const int64_t list[] = {static_cast<int64_t>(given)..., 1};
        for (int dim = 0, next = 0; dim < 5; ++dim) {
            const int64_t value = list[count == 5 ? dim : count == 0 ? 0 : next];
            next += known[dim] == DYNAMIC;
            values[dim] = known[dim] == DYNAMIC ? value : known[dim];
        }
    }

    // A static dimension is a constant even when `dim` becomes known only by inlining.
    PTO_INLINE int64_t get(const int64_t (&known)[5], int dim) const {
        return known[dim] == DYNAMIC ? values[dim] : known[dim];
    }
};
template <>
struct Values<0> {
    template <typename... Given>
    PTO_INLINE void set(const int64_t (&)[5], Given...) {
        static_assert(sizeof...(Given) == 5 || sizeof...(Given) == 0,
                      "give a value for each dynamic dimension, or for all five");
    }
    PTO_INLINE int64_t get(const int64_t (&known)[5], int dim) const { return known[dim]; }
};

template <typename... Number>
constexpr int count_dynamic(Number... number) {
    return ((number == DYNAMIC ? 1 : 0) + ...);
}

}  // namespace detail

template <int64_t N1 = DYNAMIC, int64_t N2 = DYNAMIC, int64_t N3 = DYNAMIC, int64_t N4 = DYNAMIC, int64_t N5 = DYNAMIC>
struct Shape : detail::Values<detail::count_dynamic(N1, N2, N3, N4, N5)> {
    static constexpr int64_t staticShape[5] = {N1, N2, N3, N4, N5};

    Shape() { this->set(staticShape); }
    template <typename... Sizes>
    PTO_INLINE Shape(int64_t first, Sizes... rest) {
        this->set(staticShape, first, rest...);
    }
};

template <int64_t S1 = DYNAMIC, int64_t S2 = DYNAMIC, int64_t S3 = DYNAMIC, int64_t S4 = DYNAMIC, int64_t S5 = DYNAMIC>
struct Stride : detail::Values<detail::count_dynamic(S1, S2, S3, S4, S5)> {
    static constexpr int64_t staticStride[5] = {S1, S2, S3, S4, S5};

    Stride() { this->set(staticStride); }
    template <typename... Steps>
    PTO_INLINE Stride(int64_t first, Steps... rest) {
        this->set(staticStride, first, rest...);
    }
};

namespace detail {

// What windows of one element type share.
template <typename T>
struct GlobalData {
    PTO_INLINE T* data() const { return data_; }
    PTO_INLINE void SetAddr(T* address) { data_ = address; }

private:
    T* data_ = nullptr;
};

}  // namespace detail

template <typename Element_, typename Shape_, typename Stride_, Layout Layout_ = Layout::ND>
struct GlobalTensor : detail::GlobalData<detail::plain_t<Element_>> {
    using Shape = Shape_;
    using Stride = Stride_;
    using RawDType = detail::plain_t<Element_>;
    using DType = __gm__ RawDType;
    static constexpr Layout layout = Layout_;
    static constexpr const int64_t (&staticShape)[5] = Shape::staticShape;
    static constexpr const int64_t (&staticStride)[5] = Stride::staticStride;

    GlobalTensor() = default;
    PTO_INLINE GlobalTensor(const DType* data) { this->SetAddr(const_cast<DType*>(data)); }
    PTO_INLINE GlobalTensor(const DType* data, const Shape& shape, const Stride& stride = Stride())
        : shape_(shape), stride_(stride) {
        this->SetAddr(const_cast<DType*>(data));
    }

    PTO_INLINE int64_t GetShape(int dim) const { return shape_.get(staticShape, dim); }
    PTO_INLINE int64_t GetStride(int dim) const { return stride_.get(staticStride, dim); }

    template <int Dim>
    static constexpr int64_t GetShape() {
        static_assert(staticShape[Dim] != DYNAMIC, "this size is dynamic: ask the object, GetShape(dim)");
        return staticShape[Dim];
    }
    template <int Dim>
    static constexpr int64_t GetStride() {
        static_assert(staticStride[Dim] != DYNAMIC, "this stride is dynamic: ask the object, GetStride(dim)");
        return staticStride[Dim];
    }

    template <int... Dims, typename... Sizes>
    PTO_INLINE void SetShape(Sizes... sizes) {
        static_assert(((staticShape[Dims] == DYNAMIC) && ...), "only a dynamic (-1) size can be set");
        ((shape_.values[Dims] = sizes), ...);
    }
    template <int... Dims, typename... Steps>
    PTO_INLINE void SetStride(Steps... steps) {
        static_assert(((staticStride[Dims] == DYNAMIC) && ...), "only a dynamic (-1) stride can be set");
        ((stride_.values[Dims] = steps), ...);
    }

private:
    Shape shape_;
    Stride stride_;
};

template <typename T>
inline constexpr bool is_global_data_v = false;
template <typename T, typename Shape, typename Stride, Layout L>
inline constexpr bool is_global_data_v<GlobalTensor<T, Shape, Stride, L>> = true;

namespace detail {

template <typename T>
inline constexpr int64_t line_elements = TileConfig::alignedSize / static_cast<int>(sizeof(T));

constexpr int64_t product(int64_t a, int64_t b) { return a == DYNAMIC || b == DYNAMIC ? DYNAMIC : a * b; }
constexpr int64_t quotient(int64_t a, int64_t b) { return a == DYNAMIC ? DYNAMIC : a / b; }

template <typename T, int64_t Rows, int64_t Cols, Layout L>
struct MatrixShape {
    static_assert(L == Layout::ND || L == Layout::DN, "TileShape2D knows the layouts ND, DN and NZ");
    using type = Shape<1, 1, 1, Rows, Cols>;
    static PTO_INLINE constexpr type of(int64_t rows, int64_t cols) { return type(1, 1, 1, rows, cols); }
};
template <typename T, int64_t Rows, int64_t Cols>
struct MatrixShape<T, Rows, Cols, Layout::NZ> {
    static constexpr int64_t line = line_elements<T>;
    static_assert(Rows == DYNAMIC || Rows % 16 == 0, "rows of an NZ matrix are a multiple of 16");
    static_assert(Cols == DYNAMIC || Cols % line == 0, "columns of an NZ matrix are a multiple of 32 bytes");
    using type = Shape<1, quotient(Cols, line), quotient(Rows, 16), 16, line>;
    static PTO_INLINE constexpr type of(int64_t rows, int64_t cols) {
        return type(1, cols / line, rows / 16, 16, line);
    }
};

template <typename T, int64_t Rows, int64_t Cols, Layout L>
struct MatrixStride {
    static_assert(L == Layout::ND, "BaseShape2D knows the layouts ND, DN and NZ");
    static constexpr int64_t whole = product(Rows, Cols);
    using type = Stride<whole, whole, whole, Cols, 1>;
    static PTO_INLINE constexpr type of(int64_t rows, int64_t cols) {
        return type(rows * cols, rows * cols, rows * cols, cols, 1);
    }
};
template <typename T, int64_t Rows, int64_t Cols>
struct MatrixStride<T, Rows, Cols, Layout::DN> {
    static constexpr int64_t whole = product(Rows, Cols);
    using type = Stride<whole, whole, whole, 1, Rows>;
    static PTO_INLINE constexpr type of(int64_t rows, int64_t cols) {
        return type(rows * cols, rows * cols, rows * cols, 1, rows);
    }
};
template <typename T, int64_t Rows, int64_t Cols>
struct MatrixStride<T, Rows, Cols, Layout::NZ> {
    static constexpr int64_t line = line_elements<T>;
    static_assert(Rows == DYNAMIC || Rows % 16 == 0, "rows of an NZ matrix are a multiple of 16");
    static_assert(Cols == DYNAMIC || Cols % line == 0, "columns of an NZ matrix are a multiple of 32 bytes");
    using type = Stride<product(Rows, Cols), product(Rows, line), 16 * line, line, 1>;
    static PTO_INLINE constexpr type of(int64_t rows, int64_t cols) {
        return type(rows * cols, rows * line, 16 * line, line, 1);
    }
};

}  // namespace detail

template <typename T, int64_t Rows = DYNAMIC, int64_t Cols = DYNAMIC, Layout L = Layout::ND>
struct TileShape2D : detail::MatrixShape<T, Rows, Cols, L>::type {
    using Parent = typename detail::MatrixShape<T, Rows, Cols, L>::type;

    TileShape2D() = default;
    template <typename... Values, typename = detail::enable_if_t<sizeof...(Values) != 1>>
    PTO_INLINE TileShape2D(int64_t first, Values... rest) : Parent(first, rest...) {}
    PTO_INLINE TileShape2D(int64_t rows, int64_t cols)
        : Parent(detail::MatrixShape<T, Rows, Cols, L>::of(rows, cols)) {}
};

template <typename T, int64_t Rows = DYNAMIC, int64_t Cols = DYNAMIC, Layout L = Layout::ND>
struct BaseShape2D : detail::MatrixStride<T, Rows, Cols, L>::type {
    using Parent = typename detail::MatrixStride<T, Rows, Cols, L>::type;

    BaseShape2D() = default;
    template <typename... Values, typename = detail::enable_if_t<sizeof...(Values) != 1>>
    PTO_INLINE BaseShape2D(int64_t first, Values... rest) : Parent(first, rest...) {}
    PTO_INLINE BaseShape2D(int64_t rows, int64_t cols)
        : Parent(detail::MatrixStride<T, Rows, Cols, L>::of(rows, cols)) {}
};

}  // namespace pto
