"""What a task graph announces to the instructions of a task: what the next one reads and nothing writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ptodsl.ir.dtypes import INT64
from ptodsl.runtime import build, launch, toolchains
from ptodsl.runtime.signature import Access, ScalarSlot, Signature
from tests.unit.runtime_programs import ERROR, cache_at, tensor

SHAPE = (6, 8, 3, 16)
MOST, NUMBERS = 8, 4
TASKS = 60

SOURCE = f"""#include <cstddef>
#include <cstdint>
#include <pto/base/ahead.hpp>
#include <ptodsl/orchestration.hpp>
{ERROR}
namespace prefetch_program {{

using ptodsl::Tensor;
using ptodsl::reads;
using ptodsl::writes;

// Notes what is announced, and takes it if it is told to. Slots: number, log, whether to take.
extern "C" void note_task(const int64_t* args) {{
  int64_t* log = reinterpret_cast<int64_t*>(args[1]) + args[0] * {1 + MOST * NUMBERS};
  *log++ = 1 + pto_current_ahead.count - pto_current_ahead.next;
  for (int i = pto_current_ahead.next; i < pto_current_ahead.count; ++i) {{
    const pto_ahead_range& range = pto_current_ahead.ranges[i];
    *log++ = reinterpret_cast<int64_t>(range.first);
    *log++ = range.rows;
    *log++ = range.row_bytes;
    *log++ = range.pitch;
  }}
  if (args[2]) pto_current_ahead.next = pto_current_ahead.count;
}}

// Slots: what is read, what is written, log, script: for each task the window that it reads (offsets, sizes; none where
// the first size is 0), whether it reads what the task before it wrote, and whether it takes what is announced.
extern "C" int64_t ptodsl_run(const int64_t* args, ptodsl_error*) {{
  ptodsl::Orchestration run;
  const Tensor input = ptodsl::input<int64_t>(args[0], {{{", ".join(map(str, SHAPE))}}});
  const Tensor output = run.argument<int64_t>(args[1], {{{TASKS}, 16}});
  const int64_t* s = reinterpret_cast<const int64_t*>(args[3]);
  Tensor before = run.create_tensor<int64_t>({{1}});
  for (int64_t i = 0; i < args[4]; ++i, s += 10) {{
    const Tensor made = run.create_tensor<int64_t>({{1}});
    const Tensor row = output.view({{i, 0}}, {{1, 16}});
    const Tensor window = s[4] ? input.view({{s[0], s[1], s[2], s[3]}}, {{s[4], s[5], s[6], s[7]}}) : Tensor();
    const Tensor source = s[8] ? before : run.create_tensor<int64_t>({{1}});
    if (!run.submit(note_task, {{i, args[2], s[9]}}, {{reads(window), reads(source), writes(made), writes(row)}}))
      return run.fault(1);
    before = made;
  }}
  return run.finish();
}}

}}  // namespace prefetch_program
"""

SIGNATURE = Signature(
    "Prefetch",
    (
        tensor("source", SHAPE, INT64),
        tensor("out", (TASKS, 16), INT64, Access.READ_WRITE),
        tensor("log", (TASKS, 1 + MOST * NUMBERS), INT64, Access.READ_WRITE),
        tensor("script", (TASKS, 10), INT64),
        ScalarSlot("tasks", INT64),
    ),
    (),
)


@dataclass(frozen=True)
class Step:
    """A task: the window of the input that it reads, if any."""

    offsets: tuple[int, int, int, int] = (0, 0, 0, 0)
    sizes: tuple[int, int, int, int] = (0, 0, 0, 0)
    follows: bool = False
    takes: bool = True


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The program, built once."""
    with cache_at(tmp_path_factory.mktemp("cache")):
        yield build.build(SOURCE, toolchains.find("cpu", "a2a3"))


def announced(library: Path, steps: list[Step], threads: int = 1) -> list[list[tuple[int, int, int, int]]]:
    """What each task finds announced: offset in bytes, rows, bytes of a row, pitch."""
    source = np.zeros(SHAPE, np.int64)
    out, log = np.zeros((TASKS, 16), np.int64), np.zeros((TASKS, 1 + MOST * NUMBERS), np.int64)
    script = np.zeros((TASKS, 10), np.int64)
    for index, step in enumerate(steps):
        script[index] = [*step.offsets, *step.sizes, step.follows, step.takes]
    launch.load(library, SIGNATURE, (), threads)(source, out, log, script, len(steps))
    found: list[list[tuple[int, int, int, int]]] = []
    for row in log[: len(steps)].tolist():
        assert row[0] > 0
        ranges = [row[1 + NUMBERS * i : 1 + NUMBERS * (i + 1)] for i in range(row[0] - 1)]
        found.append([(first - source.ctypes.data, *rest) for first, *rest in ranges])
    return found


BLOCK = (1, 8, 1, 16)


def block(index: int) -> list[tuple[int, int, int, int]]:
    """What is announced of a block of one head: 8 rows of 16 numbers, every third one."""
    return [(8 * 8 * 3 * 16 * (index // 3) + 8 * 16 * (index % 3), 8, 8 * 16, 8 * 3 * 16)]


def blocks(count: int) -> list[tuple[int, int, int, int]]:
    """The offsets of blocks."""
    return [(index // 3, 0, index % 3, 0) for index in range(count)]


@pytest.mark.parametrize("takes", [True, False])
def test_each_task_finds_what_the_next_one_reads(library: Path, takes: bool) -> None:
    steps = [Step(offsets, BLOCK, takes=takes) for offsets in blocks(18)]
    assert announced(library, steps) == [*(block(index) for index in range(1, 18)), []]


def test_what_is_not_fetched_stays_until_its_task_begins(library: Path) -> None:
    steps = [
        step
        for first, second in zip(blocks(18)[::2], blocks(18)[1::2], strict=True)
        for step in (Step(first, BLOCK, takes=False), Step(follows=True, takes=False), Step(second, BLOCK, takes=False))
    ]
    expected = [entry for index in range(0, 18, 2) for entry in (block(index + 1), block(index + 1), block(index + 2))]
    expected[-1] = []
    assert announced(library, steps) == expected


def test_each_input_is_announced_once(library: Path) -> None:
    steps = [Step((1, 0, 1, 0), BLOCK) for _ in range(30)]
    found = announced(library, steps)
    assert found[0] == block(4)
    assert not any(found[1:])


@pytest.mark.parametrize(
    ("offsets", "sizes", "ranges"),
    [
        ((0, 0, 0, 0), SHAPE, [(0, 1, 6 * 8 * 3 * 16 * 8, 0)]),
        ((2, 0, 0, 0), (1, 8, 3, 16), [(2 * 3072, 1, 3072, 0)]),
        ((2, 3, 1, 5), (1, 1, 1, 7), [(2 * 3072 + 3 * 384 + 128 + 40, 1, 56, 0)]),
        ((0, 0, 1, 0), (6, 8, 1, 16), [(128, 48, 128, 384)]),
        ((0, 0, 1, 0), (2, 4, 1, 16), [(128, 4, 128, 384), (128 + 3072, 4, 128, 384)]),
        ((0, 0, 0, 3), (3, 2, 2, 4), [(3072 * i + 384 * j + 24, 2, 32, 128) for i in range(3) for j in range(2)]),
        ((0, 0, 0, 3), (6, 8, 2, 4), [(384 * j + 24, 2, 32, 128) for j in range(8)]),
    ],
)
def test_windows_become_rows(
    library: Path,
    offsets: tuple[int, int, int, int],
    sizes: tuple[int, int, int, int],
    ranges: list[tuple[int, int, int, int]],
) -> None:
    assert announced(library, [Step(), Step(offsets, sizes)]) == [ranges, []]


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_every_thread_is_told_of_inputs_alone(library: Path, threads: int) -> None:
    steps = [Step(blocks(18)[index % 18], BLOCK, follows=index % 4 != 0) for index in range(TASKS)]
    known = [block(index) for index in range(18)]
    assert all(not found or found in known for found in announced(library, steps, threads))
