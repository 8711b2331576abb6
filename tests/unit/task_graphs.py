"""A program that does what a script says, for the tests of the task graph; and what the script means."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ptodsl.ir.dtypes import INT64
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.signature import Access, Fault, Signature
from tests.unit.runtime_programs import ERROR, tensor

ROWS, COLUMNS = 12, 16
SCRIPT, LOG = 200_000, 20_000
TENSORS = 10
FIRST, SECOND, INPUT = range(3)
"""The tensors that are arguments: two that the program may write, and one that it reads. The others it creates."""

SOURCE = f"""#include <cstddef>
#include <cstdint>
#include <ptodsl/orchestration.hpp>
{ERROR}
namespace script_program {{

using ptodsl::Access;
using ptodsl::Orchestration;
using ptodsl::Tensor;

int64_t* integers(int64_t slot) {{ return reinterpret_cast<int64_t*>(slot); }}

// A tensor of a task: its pointer, the distance of its rows, its rows and columns, and whether it is read and written.
struct Part {{
  int64_t *data, stride, rows, columns, reads, writes;
}};

template <typename Action>
void each(const int64_t* slots, int64_t count, Action action) {{
  for (int64_t i = 0; i < count; ++i) {{
    const int64_t* s = slots + 6 * i;
    const Part part = {{integers(s[0]), s[1], s[2], s[3], s[4], s[5]}};
    for (int64_t r = 0; r < part.rows; ++r)
      for (int64_t c = 0; c < part.columns; ++c) action(part, part.data[r * part.stride + c], r * part.columns + c);
  }}
}}

// Slots: number, log, spins, tensors, and the parts. All that is read makes a number, from which all that is written is
// made. The log gets the moments of the beginning and the end; it counts them in its first place.
extern "C" void mix_task(const int64_t* args) {{
  int64_t* log = integers(args[1]);
  log[1 + 2 * args[0]] = __atomic_add_fetch(log, 1, __ATOMIC_SEQ_CST);
  for (int64_t i = 0; i < args[2]; ++i) asm volatile("");
  int64_t sum = args[0];
  each(args + 4, args[3], [&](const Part& part, int64_t& x, int64_t) {{ if (part.reads) sum = sum * 31 + x; }});
  each(args + 4, args[3], [&](const Part& part, int64_t& x, int64_t i) {{ if (part.writes) x = sum + i * i; }});
  log[2 + 2 * args[0]] = __atomic_add_fetch(log, 1, __ATOMIC_SEQ_CST);
}}

// A task on `count` windows, six numbers of the script each: tensor, grid, row, column, rows, columns; then both flags.
template <int Count>
bool submit(Orchestration& run, const Tensor* tensors, const int64_t* script, int64_t* log) {{
  int64_t slots[4 + 6 * Count] = {{script[0], reinterpret_cast<int64_t>(log), script[1], Count}};
  Tensor windows[Count];
  for (int i = 0; i < Count; ++i) {{
    const int64_t* s = script + 3 + 8 * i;
    const Tensor base = s[1] ? tensors[s[0]].reshape({{{COLUMNS}, {ROWS}}}) : tensors[s[0]];
    windows[i] = base.view({{s[2], s[3]}}, {{s[4], s[5]}});
    int64_t* slot = slots + 4 + 6 * i;
    slot[0] = windows[i].slot();
    slot[1] = windows[i].stride(0);
    for (int j = 2; j < 6; ++j) slot[j] = s[2 + j];
  }}
  return [&]<int... I>(ints<I...>) {{
    return run.submit(mix_task, slots, {{Access{{windows[I], script[10 + 8 * I] != 0}}...}});
  }}(upto<Count>());
}}
"""
