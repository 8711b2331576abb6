// The tile ISA on a CPU: the official header's names and types, for compiled kernels and for kernels written by hand.
#pragma once

#include "isa/assign.hpp"
#include "isa/bitwise.hpp"
#include "isa/convert.hpp"
#include "isa/elementwise.hpp"
#include "isa/expand.hpp"
#include "isa/fill.hpp"
#include "isa/load.hpp"
#include "isa/matmul.hpp"
#include "isa/move.hpp"
#include "isa/reduce.hpp"
#include "isa/select.hpp"
#include "isa/store.hpp"
#include "isa/transpose.hpp"
#include "isa/unary.hpp"
#include "isa/view.hpp"

// With PTO_CHECKED every instruction, flag and barrier is judged, and then does the same work.
#if defined(PTO_CHECKED)
#include "checked/instructions.hpp"
#else
#include "isa/flags.hpp"
#endif
