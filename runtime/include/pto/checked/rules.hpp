// Rules that the chosen architecture has for an instruction, as findings: element types, shapes that agree, operands
// whose bytes a result may take over.
#pragma once

#include "call.hpp"

namespace pto::checked {

inline constexpr bool is_a2a3 = machine::hidden_scratch_end > 0;

// Sets of element types.
template <typename... Types>
constexpr unsigned set_of(Types... types) {
    return ((1u << static_cast<int>(types)) | ... | 0u);
}

inline constexpr unsigned floats = set_of(DType::Float16, DType::BFloat16, DType::Float32);
inline constexpr unsigned half_words = set_of(DType::Float16, DType::BFloat16, DType::Int16, DType::UInt16);
inline constexpr unsigned words = set_of(DType::Float32, DType::Int32, DType::UInt32);
inline constexpr unsigned bytes = set_of(DType::Int8, DType::UInt8);
inline constexpr unsigned vector_floats = floats & machine::vector_dtypes;
// What reductions of rows compute with.
inline constexpr unsigned folded_dtypes =
    machine::vector_dtypes & set_of(DType::Float16, DType::Float32, DType::Int16, DType::Int32);

constexpr bool is_same_text(const char* a, const char* b) {
    while (*a && *a == *b) ++a, ++b;
    return *a == *b;
}

// What an instruction takes of a set, where it takes fewer types than others of its kind.
constexpr unsigned narrowed(const char* op, unsigned dtypes) {
    for (const machine::Narrower& row : machine::narrower)
        if (row.op && is_same_text(row.op, op)) return row.dtypes & dtypes;
    return dtypes;
}

constexpr const char* dtype_name(DType dtype) {
    constexpr const char* names[] = {"fp16",  "bf16",  "fp32",   "int8",   "int16", "int32",
                                     "int64", "uint8", "uint16", "uint32", "uint64"};
    return names[static_cast<int>(dtype)];
}

void take_dtype(Call& call, DType dtype, unsigned dtypes);
void refuse_shape(Call& call, const char* operand, int64_t size, int64_t limit, const char* rule);
// Two numbers that have to be one.
void agree(Call& call, const char* operand, int64_t size, int64_t other, const char* rule);
void agree_valid(Call& call, const char* operand, const Operand& tile, const Operand& result);

// Whether a result may have an operand's bytes.
enum class Takes { Over, Apart };

// An operand of the result's valid shape, which is read.
void judge_source(Call& call, const char* operand, const Operand& dst, const Operand& src, Takes takes);

}  // namespace pto::checked
