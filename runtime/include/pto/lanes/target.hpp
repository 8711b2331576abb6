// The host's vector unit: its width, and the few operations that generic vector code cannot express.
//
// This is the only file that knows an instruction set. Each operation has a form for any host, lane by lane, and the
// instruction where there is one; both give the same bits.
#pragma once

#include "../base/float16.hpp"

namespace pto::detail {

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
#define PTO_HAS_AVX512 1
inline constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
inline constexpr int vector_bytes = 32;
#else
inline constexpr int vector_bytes = 16;
#endif

template <typename T, int Count>
struct VectorOf {
    typedef T type __attribute__((vector_size(Count * sizeof(T))));
};
template <typename T, int Count>
using Vector = typename VectorOf<T, Count>::type;

template <typename V>
using element_t = plain_t<decltype(V{}[0])>;
template <typename V>
inline constexpr int lanes_of = sizeof(V) / sizeof(element_t<V>);

// One rounding for a * b + c.
template <typename V>
PTO_INLINE V fused_multiply_add(V a, V b, V c) {
#if defined(PTO_HAS_AVX512)
    if constexpr (sizeof(V) == 64) return __builtin_ia32_vfmaddps512_mask(a, b, c, static_cast<uint16_t>(-1), 4);
#endif
#if defined(__FMA__)
    if constexpr (sizeof(V) == 32) return __builtin_ia32_vfmaddps256(a, b, c);
    if constexpr (sizeof(V) == 16) return __builtin_ia32_vfmaddps(a, b, c);
#endif
    V result{};
    for (int lane = 0; lane < lanes_of<V>; ++lane) result[lane] = __builtin_fmaf(a[lane], b[lane], c[lane]);
    return result;
}

template <typename V>
PTO_INLINE V square_root(V x) {
#if defined(PTO_HAS_AVX512) && defined(__clang__)
    if constexpr (sizeof(V) == 64) return __builtin_ia32_sqrtps512(x, 4);
#elif defined(PTO_HAS_AVX512)
    if constexpr (sizeof(V) == 64) return __builtin_ia32_sqrtps512_mask(x, x, static_cast<uint16_t>(-1), 4);
#endif
#if defined(__AVX__)
    if constexpr (sizeof(V) == 32) return __builtin_ia32_sqrtps256(x);
#endif
#if defined(__SSE__)
    if constexpr (sizeof(V) == 16) return __builtin_ia32_sqrtps(x);
#endif
    V result{};
    for (int lane = 0; lane < lanes_of<V>; ++lane) result[lane] = __builtin_sqrtf(x[lane]);
    return result;
}

// a > b ? a : b and a < b ? a : b on floats: b where either is NaN.
template <typename V>
PTO_INLINE V greater_or_second(V a, V b) {
#if defined(PTO_HAS_AVX512) && defined(__clang__)
    if constexpr (sizeof(V) == 64) return __builtin_ia32_maxps512(a, b, 4);
#elif defined(PTO_HAS_AVX512)
    if constexpr (sizeof(V) == 64) return __builtin_ia32_maxps512_mask(a, b, a, static_cast<uint16_t>(-1), 4);
#endif
#if defined(__AVX__)
    if constexpr (sizeof(V) == 32) return __builtin_ia32_maxps256(a, b);
#endif
    return a > b ? a : b;
}
template <typename V>
PTO_INLINE V less_or_second(V a, V b) {
#if defined(PTO_HAS_AVX512) && defined(__clang__)
    if constexpr (sizeof(V) == 64) return __builtin_ia32_minps512(a, b, 4);
#elif defined(PTO_HAS_AVX512)
    if constexpr (sizeof(V) == 64) return __builtin_ia32_minps512_mask(a, b, a, static_cast<uint16_t>(-1), 4);
#endif
#if defined(__AVX__)
    if constexpr (sizeof(V) == 32) return __builtin_ia32_minps256(a, b);
#endif
    return a < b ? a : b;
}

// x * 2^n for an integral n from -252 to 254, rounded once where the result is subnormal, inf where it is too large.
template <typename V>
PTO_INLINE V scale_by_power_of_two(V x, V n) {
#if defined(PTO_HAS_AVX512)
    if constexpr (sizeof(V) == 64) return __builtin_ia32_scalefps512_mask(x, n, x, static_cast<uint16_t>(-1), 4);
#endif
    // Two factors, neither beyond the range of normal numbers.
    using Exponent = Vector<int32_t, lanes_of<V>>;
    const Exponent exponent = __builtin_convertvector(n, Exponent), first = exponent >> 1, second = exponent - first;
    return x * bits_as<V>((first + 127) << 23) * bits_as<V>((second + 127) << 23);
}

template <typename To, typename From>
PTO_INLINE To widen_unsigned(From narrow) {
#if defined(PTO_HAS_AVX512) && !defined(__clang__)
    // GCC splits this conversion into halves and joins them again.
    if constexpr (sizeof(To) == 64 && sizeof(From) == 32 && lanes_of<To> == 16)
        return bits_as<To>(__builtin_ia32_pmovzxwd512_mask(bits_as<Vector<int16_t, 16>>(narrow),
                                                          Vector<int32_t, 16>{}, static_cast<uint16_t>(-1)));
#endif
    return __builtin_convertvector(narrow, To);
}

template <int Count>
PTO_INLINE Vector<float, Count> half_to_float(Vector<uint16_t, Count> half) {
#if defined(PTO_HAS_AVX512)
    if constexpr (Count == 16)
        return __builtin_ia32_vcvtph2ps512_mask(bits_as<Vector<int16_t, 16>>(half), Vector<float, 16>{},
                                                static_cast<uint16_t>(-1), 4);
#endif
#if defined(__F16C__)
    if constexpr (Count == 8) return __builtin_ia32_vcvtph2ps256(bits_as<Vector<int16_t, 8>>(half));
#endif
    return half_bits_to_float<Vector<float, Count>>(widen_unsigned<Vector<uint32_t, Count>>(half));
}

template <int Count>
PTO_INLINE Vector<uint16_t, Count> float_to_half(Vector<float, Count> value) {
#if defined(PTO_HAS_AVX512)
    if constexpr (Count == 16)
        return bits_as<Vector<uint16_t, 16>>(
            __builtin_ia32_vcvtps2ph512_mask(value, 0, Vector<int16_t, 16>{}, static_cast<uint16_t>(-1)));
#endif
#if defined(__F16C__)
    if constexpr (Count == 8) return bits_as<Vector<uint16_t, 8>>(__builtin_ia32_vcvtps2ph256(value, 0));
#endif
    using Bits = Vector<uint32_t, Count>;
    return __builtin_convertvector(float_to_half_bits<Vector<float, Count>, Bits>(value), Vector<uint16_t, Count>);
}

template <int... Index>
struct Sequence {};
#if defined(__clang__)
template <typename, int... Index>
using SequenceOf = Sequence<Index...>;
template <int Count>
using sequence_to = __make_integer_seq<SequenceOf, int, Count>;
#else
template <int Count>
using sequence_to = Sequence<__integer_pack(Count)...>;
#endif

// As many lanes as a vector has: a[First], b[First], a[First + 1], b[First + 1], ...
template <int First, typename V, int... Lane>
PTO_INLINE V interleave(V a, V b, Sequence<Lane...>) {
#if defined(__clang__)
    return __builtin_shufflevector(a, b, (First + Lane / 2 + Lane % 2 * lanes_of<V>)...);
#else
    using Index = Vector<unsigned_t<sizeof(element_t<V>)>, lanes_of<V>>;
    return __builtin_shuffle(a, b, Index{(First + Lane / 2 + Lane % 2 * lanes_of<V>)...});
#endif
}
template <typename V>
PTO_INLINE V interleave_low(V a, V b) {
    return interleave<0>(a, b, sequence_to<lanes_of<V>>{});
}
template <typename V>
PTO_INLINE V interleave_high(V a, V b) {
    return interleave<lanes_of<V> / 2>(a, b, sequence_to<lanes_of<V>>{});
}

}  // namespace pto::detail
