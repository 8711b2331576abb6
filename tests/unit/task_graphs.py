"""What the program of script_program.cpp is told to do, and what that means: the tests of the task graph are written so."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ptodsl.ir.dtypes import INT64
from ptodsl.runtime import launch
from ptodsl.runtime.launch import Launch
from ptodsl.runtime.signature import Access, Fault, Signature
from tests.unit.runtime_programs import tensor

SOURCE = Path(__file__).with_name("script_program.cpp").read_text(encoding="utf-8")
ROWS, COLUMNS = 12, 16
SCRIPT, LOG, READS = 400_000, 12_001, 4_000
FIRST, SECOND, INPUT = range(3)
"""The tensors that are arguments: two that the program may write, and one that it only reads."""
CREATED = range(3, 10)
"""Those that it may create."""

Cells: TypeAlias = frozenset[int]
Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


@dataclass(frozen=True)
class Part:
    """A window that a task takes. The second grid is the first one's bytes as [COLUMNS, ROWS]."""

    tensor: int
    row: int = 0
    column: int = 0
    rows: int = ROWS
    columns: int = COLUMNS
    grid: int = 0
    reads: bool = True
    writes: bool = False

    def positions(self) -> Numbers:
        """Its elements in the base, in order."""
        width = ROWS if self.grid else COLUMNS
        whole = np.arange(ROWS * COLUMNS).reshape(-1, width)
        window = whole[self.row : self.row + self.rows, self.column : self.column + self.columns]
        return window.ravel()

    def words(self) -> list[int]:
        """As the script has it."""
        numbers = (self.tensor, self.grid, self.row, self.column, self.rows, self.columns, self.reads, self.writes)
        return [int(number) for number in numbers]


def reads(index: int, *window: int, grid: int = 0) -> Part:
    """A window, or a whole tensor, that a task reads."""
    return Part(index, *window, grid=grid)


def writes(index: int, *window: int, grid: int = 0) -> Part:
    """One that it writes."""
    return Part(index, *window, grid=grid, reads=False, writes=True)


def updates(index: int, *window: int, grid: int = 0) -> Part:
    """One that it reads and then writes."""
    return Part(index, *window, grid=grid, writes=True)


@dataclass(frozen=True)
class Task:
    """A task on some windows; the tensors that stand behind their numbers are told apart by `bases`."""

    parts: tuple[Part, ...]
    bases: tuple[int, ...]


@dataclass
class Script:
    """Builds a script, and knows at each moment what a program that does one thing after the other has by then."""

    first: Numbers
    second: Numbers
    given: Numbers
    words: list[int] = field(default_factory=list[int])
    tasks: list[Task] = field(default_factory=list[Task])
    seen: list[int] = field(default_factory=list[int])
    """What it reads."""

    def __post_init__(self) -> None:
        self._memory = [array.ravel().copy() for array in (self.first, self.second, self.given)]
        self._standing = {FIRST: 0, SECOND: 1, INPUT: 2}

    @staticmethod
    def on_random(seed: int) -> Script:
        """An empty one on random arguments."""
        numbers = np.random.default_rng(seed).integers(-(2**40), 2**40, (3, ROWS, COLUMNS), np.int64)
        return Script(*numbers)

    def create(self, index: int) -> None:
        """Has a tensor created; every task that waits for the one before it keeps that one."""
        self.words += [1, index]
        self._standing[index] = len(self._memory)
        self._memory.append(np.full(ROWS * COLUMNS, 7**20, np.int64))

    def drop(self, index: int) -> None:
        """Has the program forget a tensor."""
        self.words += [2, index]

    def read(self, index: int, row: int, column: int) -> None:
        """Has an element read."""
        self.words += [3, index, row, column]
        self.seen.append(int(self._base(index)[row * COLUMNS + column]))

    def write(self, index: int, row: int, column: int, value: int) -> None:
        """Has an element set."""
        self.words += [4, index, row, column, value]
        self._base(index)[row * COLUMNS + column] = value

    def task(self, *parts: Part, spins: int = 0) -> None:
        """Has a task submitted: 1 to 4 windows, or 8."""
        self.words += [5, len(self.tasks), spins, len(parts), *(word for part in parts for word in part.words())]
        taken = np.concatenate([self._base(part.tensor)[part.positions()] for part in parts if part.reads] or [[]])
        total = _mixed(len(self.tasks), taken.astype(np.int64))
        for part in parts:
            if part.writes:
                places = part.positions()
                with np.errstate(over="ignore"):
                    self._base(part.tensor)[places] = total + np.arange(len(places), dtype=np.int64) ** 2
        self.tasks.append(Task(parts, tuple(self._standing[part.tensor] for part in parts)))

    def expected(self) -> tuple[Numbers, Numbers]:
        """The two arguments afterwards."""
        return self._memory[0].reshape(ROWS, COLUMNS), self._memory[1].reshape(ROWS, COLUMNS)

    def _base(self, index: int) -> Numbers:
        return self._memory[self._standing[index]]


def _mixed(number: int, values: Numbers) -> np.int64:
    """What a task makes of what it reads: Horner's rule modulo 2 ** 64."""
    with np.errstate(over="ignore"):
        powers = np.cumprod(np.concatenate([[1], np.full(len(values), 31)]).astype(np.int64))
        return np.int64(number) * powers[-1] + (values * powers[-2::-1]).sum(dtype=np.int64)


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
        self.arrays = (
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


def _uses(task: Task) -> Iterator[tuple[int, bool, Any]]:
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
    host.interrupted = Host.INTERRUPTED(lambda _: False)
    host.traced = Host.TRACED(lambda _, earlier, later: found.add((earlier, later)))
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
    return any(_may_meet(one, other) for one, other in pairs)


def _may_meet(one: Part, other: Part) -> bool:
    a, b = one.positions(), other.positions()
    if one.grid == other.grid:
        return bool(np.intersect1d(a, b).size)
    return bool(a.min() <= b.max() and b.min() <= a.max())


def random_script(seed: int, tasks: int) -> Script:
    """Tasks on random windows of tensors that come and go, with elements read and written in between."""
    script, rng = Script.on_random(seed), np.random.default_rng(seed + 1)
    known = [FIRST, SECOND]
    for _ in range(tasks):
        choice = rng.random()
        index = int(rng.choice(CREATED))
        if choice < 0.08:
            script.create(index)
            script.task(writes(index), *([reads(INPUT)] if choice < 0.04 else []))
            known = sorted({*known, index})
        elif choice < 0.1 and index in known:
            script.drop(index)
            known.remove(index)
        elif choice < 0.13:
            script.read(int(rng.choice(known)), int(rng.integers(ROWS)), int(rng.integers(COLUMNS)))
        elif choice < 0.15:
            script.write(int(rng.choice(known)), int(rng.integers(ROWS)), int(rng.integers(COLUMNS)), int(rng.integers(99)))
        else:
            script.task(*_parts(rng, known), spins=int(rng.integers(2)) * int(rng.integers(500)))
    script.words.append(0)
    return script


def _parts(rng: np.random.Generator, known: Sequence[int]) -> list[Part]:
    """Windows of which none that is written meets another one."""
    count, parts = int(rng.choice([1, 2, 2, 3, 3, 4, 8])), list[Part]()
    while len(parts) < count:
        part = _part(rng, int(rng.choice([*known, INPUT])))
        if not any(p.tensor == part.tensor and (p.writes or part.writes) and _may_meet(p, part) for p in parts):
            parts.append(part)
    return parts


def _part(rng: np.random.Generator, index: int) -> Part:
    """A window: half of them small, one in four whole, one in four in the other grid."""
    grid = int(rng.random() < 0.25)
    height, width = (COLUMNS, ROWS) if grid else (ROWS, COLUMNS)
    if rng.random() < 0.1:
        window = (0, 0, height, width)
    else:
        rows, columns = int(rng.integers(1, height // 2)), int(rng.choice([1, 2, 3, width]))
        window = (int(rng.integers(height - rows + 1)), int(rng.integers(width - columns + 1)), rows, columns)
    maker = reads if index == INPUT else (reads, writes, updates)[int(rng.integers(3))]
    return maker(index, *window, grid=grid)

