// Rows of elements seen as vectors of lanes. A 16-bit float is stored in 16 bits and computed in a float lane: decoding
// is exact, encoding rounds to nearest even. All other types are computed as they are stored.
//
// Bytes that an instruction names pass through load_lanes and store_lanes, or load_first and store_first with their
// count. load_first may fetch further bytes of the same memory and store_first puts the old ones back; on-chip memories
// belong to one thread and end in slack, so neither can be observed.
#pragma once

#include "target.hpp"

namespace pto::detail {

template <typename T>
struct Lane {
    using Storage = T;
    using Compute = T;
};
template <>
struct Lane<half> {
    using Storage = uint16_t;
    using Compute = float;
};
template <>
struct Lane<bfloat16_t> {
    using Storage = uint16_t;
    using Compute = float;
};

template <typename T>
using storage_t = typename Lane<T>::Storage;
template <typename T>
using compute_t = typename Lane<T>::Compute;

template <typename T>
inline constexpr int native_lanes = vector_bytes / static_cast<int>(sizeof(compute_t<T>));

template <typename V>
PTO_INLINE V load(const void* from) {
    V v;
    __builtin_memcpy(&v, from, sizeof(V));
    return v;
}
template <typename V>
PTO_INLINE void store(void* to, V v) {
    __builtin_memcpy(to, &v, sizeof(V));
}

template <typename T, int Count>
PTO_INLINE Vector<compute_t<T>, Count> decode(Vector<storage_t<T>, Count> stored) {
    if constexpr (is_same<T, half>)
        return half_to_float<Count>(stored);
    else if constexpr (is_same<T, bfloat16_t>)
        return bfloat_bits_to_float<Vector<float, Count>>(widen_unsigned<Vector<uint32_t, Count>>(stored));
    else
        return stored;
}

template <typename T, int Count>
PTO_INLINE Vector<storage_t<T>, Count> encode(Vector<compute_t<T>, Count> value) {
    using Bits = Vector<uint32_t, Count>;
    if constexpr (is_same<T, half>)
        return float_to_half<Count>(value);
    else if constexpr (is_same<T, bfloat16_t>)
        return __builtin_convertvector((float_to_bfloat_bits<Vector<float, Count>, Bits>(value)),
                                       Vector<uint16_t, Count>);
    else
        return value;
}

// All bits set in the first lanes, none in the rest: a window over this row of bytes.
struct FirstLanes {
    unsigned char bytes[2 * 64];
    constexpr FirstLanes() : bytes{} {
        for (int i = 0; i < 64; ++i) bytes[i] = 0xff;
    }
};
alignas(64) inline constexpr FirstLanes first_lanes_window{};

// The first lanes of one vector and the rest of another: bits, since a select invites GCC 12 to form masked
// instructions that it does not have.
template <typename V>
PTO_INLINE V join_lanes(V first, V rest, int count) {
    using Bytes = Vector<unsigned char, sizeof(V)>;
    const Bytes mask = load<Bytes>(first_lanes_window.bytes + 64 - count * static_cast<int>(sizeof(element_t<V>)));
    return bits_as<V>((bits_as<Bytes>(first) & mask) | (bits_as<Bytes>(rest) & ~mask));
}

template <typename T, int Count = native_lanes<T>>
PTO_INLINE Vector<compute_t<T>, Count> load_lanes(const T* from) {
    if constexpr (is_float16<T>) {
        return decode<T, Count>(load<Vector<storage_t<T>, Count>>(from));
    } else {
        Vector<T, Count> v;
        __builtin_memcpy(&v, from, sizeof(v));
        return v;
    }
}

template <typename T, int Count = native_lanes<T>>
PTO_INLINE void store_lanes(T* to, Vector<compute_t<T>, Count> value) {
    if constexpr (is_float16<T>)
        store(to, encode<T, Count>(value));
    else
        __builtin_memcpy(to, &value, sizeof(value));
}

// The first lanes of a vector; what the others hold is of no consequence.
template <typename T, int Count = native_lanes<T>>
PTO_INLINE Vector<compute_t<T>, Count> load_first(const T* from, int) {
    return load_lanes<T, Count>(from);
}

template <typename T, int Count = native_lanes<T>>
PTO_INLINE void store_first(T* to, Vector<compute_t<T>, Count> value, int count) {
    using Stored = Vector<storage_t<T>, Count>;
    store(to, join_lanes(encode<T, Count>(value), load<Stored>(to), count));
}

}  // namespace pto::detail
