// The words of the kernel language on a host: core kinds, address spaces and qualifiers that a host compiler need not
// see are empty, and both core kinds are present, so one source serves vector and cube code.
#pragma once

#include <stddef.h>
#include <stdint.h>

// A vector wider than the unit's has no calling convention; none is called for, every function on vectors is inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

// Kernels have text that only a simulator sees, and text that only the chip sees, flags above all: checks are about that.
#if !defined(__CPU_SIM) && !defined(PTO_CHECKED)
#define __CPU_SIM
#endif

#if !defined(__DAV_VEC__) && !defined(__DAV_CUBE__)
#define __DAV_VEC__
#define __DAV_CUBE__
#endif

#define __global__
#define AICORE
#define __aicore__
#define __gm__
#define __ubuf__
#define __cbuf__
#define __ca__
#define __cb__
#define __cc__
#define __fbuf__
#define __biasbuf__
#define __tf__
#define __in__
#define __out__

#define PTO_INLINE inline __attribute__((always_inline))
// The body of an instruction: compiled once for an operation and element type, whatever the shapes, and called.
#if defined(__clang__)
#define PTO_BODY __attribute__((noinline, unused)) static
#else
#define PTO_BODY __attribute__((noinline, noclone, unused)) static
#endif
// For lambdas, after their parameters.
#define PTO_LAMBDA __attribute__((always_inline))
#define PTO_INTERNAL AICORE PTO_INLINE
#define PTO_INST AICORE PTO_INLINE
// The namespace of the instructions. It is transparent, unless checks stand in front of them.
#if defined(PTO_CHECKED)
#define PTO_ISA namespace isa
#else
#define PTO_ISA inline namespace isa
#endif
