"""Small programs in C++, written by hand, for the tests of the runtime."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ptodsl.ir.dtypes import FP32, INT64, DType
from ptodsl.runtime.signature import Access, ScalarSlot, Signature, Slot, TensorSlot

ERROR = "struct ptodsl_error { int64_t values[8]; };"

ECHO = f"""#include <cstdint>
{ERROR}
namespace echo_program {{
// Writes what its slots from the third on hold into the first one's array; the second one says how many there are.
// A negative number is a fault instead, with the third slot's value and the seven after it.
extern "C" int64_t ptodsl_run(const int64_t* args, ptodsl_error* error) {{
  int64_t* echoed = reinterpret_cast<int64_t*>(args[0]);
  for (int i = 0; i < 8 && args[1] < 0; ++i) error->values[i] = args[2] + i;
  for (int64_t i = 0; i < args[1]; ++i) echoed[i] = args[2 + i];
  return args[1] < 0 ? -args[1] : 0;
}}
}}
"""

ADD = f"""#include <cstdint>
{ERROR}
extern "C" int64_t ptodsl_run(const int64_t* args, ptodsl_error*) {{
  const float* a = reinterpret_cast<const float*>(args[0]);  // add.py:3
  const float* b = reinterpret_cast<const float*>(args[1]);
  float* sum = reinterpret_cast<float*>(args[2]);
  for (int i = 0; i < 16 * 5; ++i) sum[i] = a[i] + b[i];  // add.py:5
  return 0;
}}
"""

WAIT = f"""#include <cstdint>
#include <time.h>
{ERROR}
// Waits up to ten seconds for somebody else to set the flag, then counts it up.
extern "C" int64_t ptodsl_run(const int64_t* args, ptodsl_error*) {{
  volatile int64_t* flag = reinterpret_cast<volatile int64_t*>(args[0]);
  const timespec moment = {{0, 1000000}};
  for (int i = 0; i < 10000 && *flag == 0; ++i) nanosleep(&moment, nullptr);
  *flag = *flag + 1;
  return 0;
}}
"""

COUNT = 40
ECHOED = TensorSlot("echoed", (COUNT,), INT64, Access.READ_WRITE)


def echo_signature(*slots: Slot) -> Signature:
    """The echo program with these parameters to echo."""
    return Signature("Echo", (ECHOED, ScalarSlot("count", INT64), *slots), ())


def tensor(name: str, shape: Sequence[int] = (16, 5), dtype: DType = FP32, access: Access = Access.READ) -> TensorSlot:
    """A tensor parameter."""
    return TensorSlot(name, tuple(shape), dtype, access)


def add_signature() -> Signature:
    """The adding program: two inputs, and a sum that is provided."""
    return Signature("Add", (tensor("a"), tensor("b")), (tensor("sum", access=Access.WRITE),))


@contextmanager
def cache_at(folder: Path) -> Generator[Path]:
    """The cache of the process in a folder of its own."""
    before = os.environ.get("PTODSL_CACHE_DIR")
    os.environ["PTODSL_CACHE_DIR"] = str(folder)
    try:
        yield folder
    finally:
        if before is None:
            del os.environ["PTODSL_CACHE_DIR"]
        else:
            os.environ["PTODSL_CACHE_DIR"] = before
