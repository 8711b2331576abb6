// Rules that the chosen architecture has for an instruction, as findings: element types, valid shapes that agree, tiles
// that must not share bytes, temporaries that are large enough.
#pragma once

#include "layouts.hpp"

namespace pto::checked {

using machine::DType;

inline constexpr bool is_a2a3 = machine::hidden_scratch_end > 0;

template <typename... Types>
constexpr unsigned set_of(Types... types) {
    return ((1u << static_cast<int>(types)) | ... | 0u);
}

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

constexpr const char* dtype_name(DType dtype) {
    constexpr const char* names[] = {"fp16",  "bf16",  "fp32",  "int8",   "int16", "int32",
                                     "int64", "uint8", "uint16", "uint32", "uint64"};
    return names[static_cast<int>(dtype)];
}

inline constexpr unsigned floats = set_of(DType::Float16, DType::BFloat16, DType::Float32);
inline constexpr unsigned half_bytes = set_of(DType::Float16, DType::BFloat16, DType::Int16, DType::UInt16);
inline constexpr unsigned words = set_of(DType::Float32, DType::Int32, DType::UInt32);
inline constexpr unsigned bytes = set_of(DType::Int8, DType::UInt8);
inline constexpr unsigned vector_floats = floats & machine::vector_dtypes;

// What an instruction takes of a set, where it takes fewer types than others of its kind.
constexpr unsigned narrowed(const char* op, unsigned dtypes) {
    for (const machine::Narrower& row : machine::narrower)
        if (row.op && is_same_text(row.op, op)) return row.dtypes & dtypes;
    return dtypes;
}

template <typename T>
void take_dtype(Call& call, unsigned dtypes) {
    constexpr DType dtype = dtype_of<T>();
    if (!(dtypes >> static_cast<int>(dtype) & 1)) call.finds("dtype-refused", {text("dtype", dtype_name(dtype))});
}

inline void refuse_shape(Call& call, const char* operand, int64_t size, int64_t limit, const char* rule) {
    call.refuses("shape-refused", {text("operand", operand), number("size", size), number("limit", limit), text("rule", rule)});
}

inline void agree(Call& call, const char* operand, int64_t size, int64_t other, const char* rule) {
    if (size != other) refuse_shape(call, operand, size, other, rule);
}

template <typename A, typename B>
void agree_valid(Call& call, const char* operand, const A& a, const B& b) {
    agree(call, operand, a.GetValidRow(), b.GetValidRow(), "operands have as many valid rows as the result");
    agree(call, operand, a.GetValidCol(), b.GetValidCol(), "operands have as many valid columns as the result");
}

// The result may take over an operand's bytes, element for element. Said after the operand was read.
template <typename Dst, typename Src>
void may_take_over(Call& call, const Dst& dst, const Src& src) {
    constexpr bool is_like = element_bytes<Dst> == element_bytes<Src> && (Dst::Cols == Src::Cols || Dst::Rows == 1);
    if (is_like && static_cast<const void*>(dst.data()) == static_cast<const void*>(src.data())) call.shares_bytes();
}

// A temporary: all of it that is asked for is written, and undefined afterwards.
template <typename Tmp>
void take_scratch(Call& call, const Tmp& tmp, int64_t needed) {
    if (physical_bytes<Tmp> < needed)
        refuse_shape(call, "tmp", physical_bytes<Tmp>, needed, "the temporary has as many bytes as the instruction uses");
    call.scratch(tmp, detail::least(needed, physical_bytes<Tmp>));
}

inline void undefine(const void* data, int64_t count) {
    __builtin_memset(shadow_of(data), is_undefined, static_cast<size_t>(count));
}

}  // namespace pto::checked
