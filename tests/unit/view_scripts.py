"""What the program of view_program.cpp is told to do, and what that means: a handle is the elements it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, TypeAlias

import numpy as np

ELEMENTS = 720
FIRST, SECOND, INPUT, CREATED = range(4)
"""Bases: two arguments that may be written, one that is only read, and those that are created."""

SHAPES = (
    *((720,), (24, 30), (30, 24), (2, 360), (360, 2), (720, 1), (1, 720), (6, 10, 12), (12, 1, 60), (8, 9, 10)),
    *((2, 3, 4, 30), (6, 5, 4, 6), (2, 3, 4, 5, 6), (6, 1, 5, 4, 6), (1, 1, 1, 1, 720), (9, 2, 5, 2, 4)),
)
"""Shapes of the whole base, of rank 1 to 5."""

COUNTS = (1, 2, 3, 7)
"""How many handles a task may take."""

Numbers: TypeAlias = Any
"""An array of INT64."""


@dataclass(frozen=True)
class Handle:
    """A tensor: the number of its base, and the positions of its elements there."""

    base: int
    places: Numbers
    strides: tuple[int, ...]
    """As the program has them: those of a dim of one element depend on how it came to be."""

    @property
    def is_contiguous(self) -> bool:
        """Whether no element lies between its first one and its last."""
        return int(self.places.max() - self.places.min()) + 1 == self.places.size


@dataclass(frozen=True)
class Use:
    """What a task does with a handle."""

    handle: Handle
    reads: bool
    writes: bool


@dataclass
class ViewScript:
    """Builds a script, and knows at each moment what a program that does one thing after the other has by then."""

    rng: np.random.Generator
    words: list[int] = field(default_factory=list[int])
    handles: dict[int, Handle] = field(default_factory=dict[int, Handle])
    tasks: list[tuple[Use, ...]] = field(default_factory=list["tuple[Use, ...]"])
    seen: list[int] = field(default_factory=list[int])
    """What it reads, and -1 for each moment that it notes."""

    def __post_init__(self) -> None:
        self.first, self.second, self.given = self.rng.integers(-(2**40), 2**40, (3, ELEMENTS), np.int64)
        self.memory = [self.first.copy(), self.second.copy(), self.given.copy()]

    def base(self, handle: int, which: int) -> None:
        """A whole base under a handle."""
        self.words += [1, handle, which]
        number = which
        if which == CREATED:
            number = len(self.memory)
            self.memory.append(np.full(ELEMENTS, 7**20, np.int64))
        self.handles[handle] = Handle(number, np.arange(ELEMENTS), (1,))

    def view(self, target: int, source: int, offsets: Sequence[int], sizes: Sequence[int]) -> None:
        """A window of a handle."""
        self.words += [2, len(sizes), target, source, *offsets, *sizes]
        old = self.handles[source]
        window = tuple(slice(start, start + size) for start, size in zip(offsets, sizes, strict=True))
        self.handles[target] = Handle(old.base, old.places[window], old.strides)

    def reshape(self, target: int, source: int, shape: Sequence[int]) -> None:
        """The same elements under another shape."""
        self.words += [3, len(shape), target, source, *shape]
        old = self.handles[source]
        self.handles[target] = Handle(old.base, old.places.reshape(shape), _strides(old, shape))

    def drop(self, handle: int) -> None:
        """Has the program forget a handle."""
        self.words += [4, handle]
        del self.handles[handle]

    def task(self, *parts: tuple[int, bool, bool], spins: int = 0) -> None:
        """Has a task submitted: 1 to 3 handles, or 7, each with whether it reads and writes."""
        number = len(self.tasks)
        self.words += [5, number, spins, len(parts), *(int(word) for part in parts for word in part)]
        uses = tuple(Use(self.handles[handle], reads, writes) for handle, reads, writes in parts)
        taken = [self.memory[use.handle.base][use.handle.places.ravel()] for use in uses if use.reads]
        total = _mixed(number, np.concatenate([np.zeros(0, np.int64), *taken]))
        for use in uses:
            if use.writes:
                places = use.handle.places.ravel()
                with np.errstate(over="ignore"):
                    self.memory[use.handle.base][places] = total + np.arange(len(places), dtype=np.int64) ** 2
        self.tasks.append(uses)

    def read(self, handle: int, indices: Sequence[int]) -> None:
        """Has an element read."""
        self.words += [6, len(indices), handle, *indices]
        one = self.handles[handle]
        self.seen.append(int(self.memory[one.base][one.places[tuple(indices)]]))

    def write(self, handle: int, indices: Sequence[int], value: int) -> None:
        """Has an element set."""
        self.words += [7, len(indices), handle, *indices, value]
        one = self.handles[handle]
        self.memory[one.base][one.places[tuple(indices)]] = value

    def note_moment(self) -> None:
        """Has the program note how many tasks have begun or ended."""
        self.words.append(8)
        self.seen.append(-1)


def _strides(old: Handle, shape: Sequence[int]) -> tuple[int, ...]:
    """Row-major; of a handle with gaps its own, in order, for the dims of more than one element."""
    strides = [prod(shape[dim + 1 :]) for dim in range(len(shape))]
    if not old.is_contiguous:
        kept = [stride for stride, extent in zip(old.strides, old.places.shape, strict=True) if extent != 1]
        places = [dim for dim, extent in enumerate(shape) if extent != 1]
        for dim, stride in zip(places, kept, strict=True):
            strides[dim] = stride
    return tuple(strides)


def _mixed(number: int, values: Numbers) -> Any:
    """What a task makes of what it reads: Horner's rule modulo 2 ** 64."""
    with np.errstate(over="ignore"):
        powers = np.cumprod(np.concatenate([[1], np.full(len(values), 31)]).astype(np.int64))
        return np.int64(number) * powers[-1] + (values * powers[-2::-1]).sum(dtype=np.int64)


def random_view_script(seed: int, tasks: int, *, gated: bool = False) -> ViewScript:
    """Tasks on views of views of few bases; with `gated` all others wait for the first, with nothing in between."""
    script = ViewScript(np.random.default_rng(seed))
    rng = script.rng
    bases = [FIRST, SECOND, INPUT] if not gated else [FIRST, SECOND, CREATED]
    for handle, which in enumerate(bases):
        script.base(handle, which)
    if gated:
        script.task(*((handle, False, True) for handle in range(3)))
    while len(script.tasks) < tasks:
        choice = rng.random()
        if choice < 0.45 or len(script.handles) < 8:
            derive(script, int(rng.integers(3, 60)))
        elif choice < 0.50 and not gated:
            fresh = int(rng.integers(60, 64))
            script.base(fresh, CREATED)
            script.task((fresh, False, True))
        elif choice < 0.55 and not gated:
            handle = _any(rng, [one for one in script.handles if script.handles[one].base != INPUT])
            indices = [int(rng.integers(extent)) for extent in script.handles[handle].places.shape]
            if rng.random() < 0.5:
                script.read(handle, indices)
            else:
                script.write(handle, indices, int(rng.integers(99)))
        else:
            script.task(*_parts(script, rng), spins=int(rng.integers(2) * rng.integers(300)))
    if gated:
        script.note_moment()
    script.words.append(0)
    return script


def _any(rng: np.random.Generator, numbers: Sequence[int]) -> int:
    return numbers[int(rng.integers(len(numbers)))]


def derive(script: ViewScript, target: int) -> None:
    """A window or another shape of some handle; a handle that was derived often is a small one."""
    rng = script.rng
    source = _any(rng, list(script.handles))
    old = script.handles[source].places
    shapes = _reshapes(script.handles[source], rng)
    if shapes and rng.random() < 0.4:
        script.reshape(target, source, shapes[int(rng.integers(len(shapes)))])
        return
    most = [extent if rng.random() < 0.3 else max(1, extent // int(rng.integers(1, 5))) for extent in old.shape]
    sizes = [int(rng.integers(1, extent + 1)) if rng.random() < 0.8 else extent for extent in most]
    offsets = [int(rng.integers(extent - size + 1)) for extent, size in zip(old.shape, sizes, strict=True)]
    script.view(target, source, offsets, sizes)


def _reshapes(handle: Handle, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Shapes that a handle may take: any of its size without gaps, else with dims of one element more or fewer."""
    if handle.places.size == ELEMENTS:
        return list(SHAPES)
    kept = tuple(extent for extent in handle.places.shape if extent != 1)
    found = [kept] if kept else []
    if len(kept) < 5:
        at = int(rng.integers(len(kept) + 1))
        found.append((*kept[:at], 1, *kept[at:]))
    if handle.is_contiguous:
        rows = [rows for rows in (2, 3, 4, 5, 6) if handle.places.size % rows == 0]
        found += [(rows, handle.places.size // rows) for rows in rows]
        found.append((handle.places.size,))
    return found


def _parts(script: ViewScript, rng: np.random.Generator) -> list[tuple[int, bool, bool]]:
    """Handles of which none that is written may meet another one of the task."""
    count = int(rng.choice(COUNTS, p=[0.3, 0.3, 0.2, 0.2]))
    parts: list[tuple[int, bool, bool]] = []
    for _ in range(80):
        handle = _any(rng, list(script.handles))
        mine = script.handles[handle]
        writes = bool(rng.random() < 0.5) and mine.base != INPUT
        others = [(script.handles[other], wrote or writes) for other, _, wrote in parts]
        if not any(one.base == mine.base and written and spans_meet(one, mine) for one, written in others):
            parts.append((handle, not writes or bool(rng.random() < 0.5), writes))
        if len(parts) == count:
            break
    return parts[: max(allowed for allowed in COUNTS if allowed <= len(parts))]


def spans_meet(one: Handle, other: Handle) -> bool:
    """Whether the first and last elements of two handles enclose a common one."""
    a, b = one.places, other.places
    return bool(a.min() <= b.max() and b.min() <= a.max())


def share(one: Handle, other: Handle) -> bool:
    """Whether two handles have an element in common."""
    return one.base == other.base and bool(np.intersect1d(one.places, other.places).size)
