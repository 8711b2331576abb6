// What the engine is told of tensors outside of kernels: those that a program creates, and elements that the
// orchestration itself reads and writes. Nothing where programs are not checked.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ptodsl {

struct Place;

#if defined(PTO_CHECKED)

// Bytes that hold nothing until they are written.
void declare_undefined(const void* start, size_t bytes);
// An element that is written is defined from then on; one that is read has to be. `indices` are those of its dims.
void judge_element(const void* start, int64_t bytes, int rank, const int64_t* indices, bool to_write, const Place& place);

#else

inline void declare_undefined(const void*, size_t) {}
inline void judge_element(const void*, int64_t, int, const int64_t*, bool, const Place&) {}

#endif

}  // namespace ptodsl
