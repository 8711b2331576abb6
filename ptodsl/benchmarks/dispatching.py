"""What the task graph costs a task, and what it gains from a second worker."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ptodsl.benchmarks.measurement import Measurement, Skipped, least
from ptodsl.ir.dtypes import FP32, INT64
from ptodsl.runtime import build, launch, toolchains, workers
from ptodsl.runtime.signature import Access, ScalarSlot, Signature, TensorSlot

TASKS = 1000
DISPATCH_GOAL_SECONDS = 0.2e-6
SCALING_GOAL = 0.588
"""Two workers at least 1.7 times as quick as one."""
_SPINS = 20_000
"""Rounds of an empty loop: about five microseconds."""

SOURCE = """#include <cstddef>
#include <cstdint>
#include <ptodsl/orchestration.hpp>

struct ptodsl_error {
  int64_t values[8];
};

namespace dispatch_program {

extern "C" void wait_task(const int64_t* args) {
  for (int64_t i = 0; i < args[4]; ++i) asm volatile("");
}

// Independent tasks on two inputs, an intermediate and a row of the output; or as many plain calls.
extern "C" int64_t ptodsl_run(const int64_t* args, ptodsl_error*) {
  if (args[4]) {
    void (*volatile task)(const int64_t*) = wait_task;
    for (int64_t i = 0; i < args[2]; ++i) {
      const int64_t slots[] = {args[0], args[0], 0, args[1], args[3]};
      task(slots);
    }
    return 0;
  }
  ptodsl::Orchestration run;
  const ptodsl::Tensor a = ptodsl::input<float>(args[0], {16, 16});
  const ptodsl::Tensor b = ptodsl::input<float>(args[0], {16, 16});
  const ptodsl::Tensor c = run.argument<float>(args[1], {1000, 16});
  for (int64_t i = 0; i < args[2]; ++i) {
    const ptodsl::Tensor t = run.create_tensor<float>({16, 16});
    const ptodsl::Tensor row = c.view({i, 0}, {1, 16});
    if (!run.submit(wait_task, {a.slot(), b.slot(), t.slot(), row.slot(), args[3]},
                    {ptodsl::reads(a), ptodsl::reads(b), ptodsl::writes(t), ptodsl::writes(row)})) return run.fault(1);
  }
  return run.finish();
}

}  // namespace dispatch_program
"""

_SIGNATURE = Signature(
    "Dispatch",
    (
        TensorSlot("source", (16, 16), FP32, Access.READ),
        TensorSlot("out", (TASKS, 16), FP32, Access.WRITE),
        *(ScalarSlot(name, INT64) for name in ("tasks", "spins", "plain")),
    ),
    (),
)


def dispatch(rounds: int) -> Iterator[Measurement | Skipped]:
    """The cost of empty tasks with four tensors against plain calls, and tasks of microseconds on two workers."""
    library = build.build(SOURCE, toolchains.find("cpu", "a2a3"))
    one, two = (launch.load(library, _SIGNATURE, (), threads) for threads in (1, 2))
    arrays = np.zeros((16, 16), np.float32), np.zeros((TASKS, 16), np.float32)
    calls, alone, shared = least(
        [lambda: one(*arrays, TASKS, 0, 1), lambda: one(*arrays, TASKS, 0, 0), lambda: two(*arrays, TASKS, 0, 0)],
        rounds,
    )
    for name, seconds in (("1 worker", alone), ("2 workers", shared)):
        yield Measurement(
            *(f"an empty task with 4 tensors, {name}", seconds / TASKS, "a plain call", calls / TASKS),
            most_seconds=DISPATCH_GOAL_SECONDS,
        )
    name = f"{TASKS} independent tasks of about 5 us, 2 workers"
    if workers.count() < 2:
        yield Skipped(name, "one processor")
        return
    alone, shared = least([lambda: one(*arrays, TASKS, _SPINS, 0), lambda: two(*arrays, TASKS, _SPINS, 0)], rounds)
    yield Measurement(name, shared, "1 worker", alone, most_ratio=SCALING_GOAL)
