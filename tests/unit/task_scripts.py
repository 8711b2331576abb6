"""What the program of script_program.cpp is told to do, and what that means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

ROWS, COLUMNS = 12, 16
FIRST, SECOND, INPUT = range(3)
"""The tensors that are arguments: two that the program may write, and one that it only reads."""
CREATED = range(3, 10)
"""Those that it may create."""

Numbers: TypeAlias = Any
"""An array of INT64."""


@dataclass(frozen=True)
class Part:
    """A window that a task takes. The second grid is the first one's bytes as [COLUMNS, ROWS]."""

    tensor: int
    row: int
    column: int
    rows: int
    columns: int
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
    """A window, or a whole tensor, that a task reads: row, column, rows, columns."""
    return Part(index, *_window(window), grid)


def writes(index: int, *window: int, grid: int = 0) -> Part:
    """One that it writes."""
    return Part(index, *_window(window), grid, reads=False, writes=True)


def updates(index: int, *window: int, grid: int = 0) -> Part:
    """One that it reads and then writes."""
    return Part(index, *_window(window), grid, writes=True)


def _window(given: Sequence[int]) -> tuple[int, int, int, int]:
    row, column, rows, columns = given or (0, 0, ROWS, COLUMNS)
    return row, column, rows, columns


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
        taken = [self._base(part.tensor)[part.positions()] for part in parts if part.reads]
        total = _mixed(len(self.tasks), np.concatenate([np.zeros(0, np.int64), *taken]))
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


def _mixed(number: int, values: Numbers) -> Any:
    """What a task makes of what it reads: Horner's rule modulo 2 ** 64."""
    with np.errstate(over="ignore"):
        powers = np.cumprod(np.concatenate([[1], np.full(len(values), 31)]).astype(np.int64))
        return np.int64(number) * powers[-1] + (values * powers[-2::-1]).sum(dtype=np.int64)


def may_meet(one: Part, other: Part) -> bool:
    """Whether two windows of a tensor span common bytes: exactly where both see it in one grid."""
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
            script.read(*_element(rng, known))
        elif choice < 0.15:
            script.write(
                int(rng.choice(known)), int(rng.integers(ROWS)), int(rng.integers(COLUMNS)), int(rng.integers(99))
            )
        else:
            script.task(*_parts(rng, known), spins=int(rng.integers(2)) * int(rng.integers(500)))
    script.words.append(0)
    return script


def _element(rng: np.random.Generator, known: Sequence[int]) -> tuple[int, int, int]:
    return int(rng.choice(known)), int(rng.integers(ROWS)), int(rng.integers(COLUMNS))


def _parts(rng: np.random.Generator, known: Sequence[int]) -> list[Part]:
    """Windows of which none that is written meets another one."""
    count, parts = int(rng.choice([1, 2, 2, 3, 3, 4, 8])), list[Part]()
    while len(parts) < count:
        part = _part(rng, int(rng.choice([*known, INPUT])))
        if not any(p.tensor == part.tensor and (p.writes or part.writes) and may_meet(p, part) for p in parts):
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
