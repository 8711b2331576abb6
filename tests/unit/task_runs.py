"""The program of script_program.cpp at work, and whether it did what its script means."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from ptodsl.ir.dtypes import INT64
from ptodsl.runtime import launch
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.signature import Access, Fault, Signature
from tests.unit.runtime_programs import tensor
from tests.unit.task_scripts import COLUMNS, INPUT, ROWS, Numbers, Script, Task, may_meet

SOURCE = Path(__file__).with_name("script_program.cpp").read_text(encoding="utf-8")
SCRIPT, LOG, READS = 400_000, 12_001, 4_000

SIGNATURE = Signature(
    "Script",
    (
        tensor("first", (ROWS, COLUMNS), INT64, Access.READ_WRITE),
        tensor("second", (ROWS, COLUMNS), INT64, Access.READ_WRITE),
        tensor("given", (ROWS, COLUMNS), INT64),
        tensor("script", (SCRIPT,), INT64),
        tensor("log", (LOG,), INT64, Access.READ_WRITE),
        tensor("seen", (READS,), INT64, Access.READ_WRITE),
    ),
    (),
)
FAULTS = (Fault("two arguments share bytes", __file__, 1),)


@dataclass(frozen=True)
class Outcome:
    """What a run has left."""

    first: Numbers
    second: Numbers
    seen: list[int]
    moments: Numbers
    """The beginning and the end of each task."""


def load(library: Path, threads: int, seed: int = 0) -> Launch:
    """The program for so many threads; with a seed, ready tasks run in a random order."""
    program = launch.load(library, SIGNATURE, FAULTS, threads)
    program.shuffle(seed)
    return program


class Buffers:
    """The arguments of a run of a script."""

    def __init__(self, script: Script) -> None:
        words = np.zeros(SCRIPT, np.int64)
        words[: len(script.words)] = script.words
        self.arrays: tuple[Numbers, ...] = (
            *(script.first.copy(), script.second.copy(), script.given, words),
            *(np.zeros(LOG, np.int64), np.zeros(READS, np.int64)),
        )
        self._tasks, self._reads = len(script.tasks), len(script.seen)

    def outcome(self) -> Outcome:
        """What is in them."""
        first, second, _, _, log, seen = self.arrays
        moments = log[1 : 1 + 2 * self._tasks].reshape(-1, 2)
        return Outcome(first, second, [int(number) for number in seen[: self._reads]], moments)


def run(program: Launch, script: Script) -> Outcome:
    """A script, once."""
    buffers = Buffers(script)
    program(*buffers.arrays)
    return buffers.outcome()


def check(script: Script, outcome: Outcome) -> None:
    """Whether a run gave what one thing after the other gives, and no task ran before one that it has to wait for."""
    for found, expected in zip((outcome.first, outcome.second), script.expected(), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert outcome.seen == script.seen
    assert (outcome.moments > 0).all()
    for earlier, later in conflicts(script.tasks):
        assert outcome.moments[earlier, 1] < outcome.moments[later, 0], (earlier, later)


def conflicts(tasks: Sequence[Task]) -> Iterator[tuple[int, int]]:
    """By brute force, the pairs of tasks that share an element which one of them writes."""
    uses = [list(_uses(task)) for task in tasks]
    for (i, some), (j, others) in combinations(enumerate(uses), 2):
        if any(a == b and (v or w) and (cells & more).any() for a, v, cells in some for b, w, more in others):
            yield i, j


def _uses(task: Task) -> Iterator[tuple[int, bool, Numbers]]:
    """The tensors of a task, whether it writes them, and which elements."""
    for part, base in zip(task.parts, task.bases, strict=True):
        if base != INPUT:
            cells = np.zeros(ROWS * COLUMNS, np.bool_)
            cells[part.positions()] = True
            yield base, part.writes, cells


class Host(ctypes.Structure):
    """`ptodsl_host` of host.hpp, for a launch on the calling thread."""

    TRACED = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)
    INTERRUPTED = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p)
    _fields_ = (
        ("workers", ctypes.c_int64),
        ("seed", ctypes.c_uint64),
        *((name, ctypes.c_void_p) for name in ("call", "dismiss", "is_wanted", "sleep", "wake")),
        ("interrupted", INTERRUPTED),
        ("traced", TRACED),
        ("tasks", ctypes.c_int64),
        ("allocated", ctypes.c_int64),
    )


def dependencies(library: Path, script: Script, seed: int) -> set[tuple[int, int]]:
    """The pairs of tasks that the graph of a script orders, as it finds them."""
    found: set[tuple[int, int]] = set()
    host = Host(workers=1, seed=seed)

    def note(_: int, earlier: int, later: int) -> None:
        found.add((earlier, later))

    def go_on(_: int) -> bool:
        return False

    host.interrupted, host.traced = Host.INTERRUPTED(go_on), Host.TRACED(note)
    entry = ctypes.CDLL(str(library)).ptodsl_entry
    entry.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(Host))
    entry.restype = ctypes.c_int64
    arrays = Buffers(script).arrays
    slots = (ctypes.c_int64 * len(arrays))(*(array.ctypes.data for array in arrays))
    assert entry(slots, None, ctypes.byref(host)) == 0
    assert host.tasks == len(script.tasks)
    return found


def may_wait(later: Task, earlier: Task) -> bool:
    """Whether two tasks use what spans common bytes and one writes: exactly where both see it in one grid."""
    pairs = [
        (one, other)
        for one, a in zip(later.parts, later.bases, strict=True)
        for other, b in zip(earlier.parts, earlier.bases, strict=True)
        if a == b and (one.writes or other.writes)
    ]
    return any(may_meet(one, other) for one, other in pairs)
