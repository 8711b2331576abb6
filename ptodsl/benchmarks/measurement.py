"""Times as the least of many, and a ratio of two of them with the goal that it has."""

from __future__ import annotations

import gc
import time
import timeit
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Action = Callable[[], object]


@dataclass(frozen=True)
class Measurement:
    """One ratio: what was timed and against what, in seconds; the goal is a most for `seconds`, or for the ratio."""

    name: str
    seconds: float
    baseline: str
    baseline_seconds: float
    most_seconds: float | None = None
    most_ratio: float | None = None

    @property
    def ratio(self) -> float:
        """How many times the baseline's time it takes."""
        return self.seconds / self.baseline_seconds

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        if self.most_seconds is not None:
            return self.seconds <= self.most_seconds
        return None if self.most_ratio is None else self.ratio <= self.most_ratio

    def data(self) -> dict[str, Any]:
        """All of it for a machine."""
        return {**asdict(self), "ratio": self.ratio, "met": self.met}


@dataclass(frozen=True)
class Amount:
    """Something that is counted, not timed, and the most that it may be."""

    name: str
    value: float
    unit: str
    most: float

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.value <= self.most

    def data(self) -> dict[str, Any]:
        """All of it for a machine."""
        return {**asdict(self), "met": self.met}


@dataclass(frozen=True)
class Skipped:
    """Something that could not be measured, and why."""

    name: str
    reason: str

    def data(self) -> dict[str, Any]:
        """All of it for a machine."""
        return asdict(self)


@dataclass(frozen=True)
class StageTime:
    """What one stage of the compilation of a program takes, in seconds."""

    program: str
    stage: str
    seconds: float

    def data(self) -> dict[str, Any]:
        """All of it for a machine."""
        return asdict(self)


def least(
    actions: Sequence[Action],
    rounds: int,
    *,
    shortest: float = 1e-3,
    pause: float = 0.0,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """The least time of each action in seconds, in turns so that a busy machine is busy for all of them.

    An action that takes less than `shortest` seconds is repeated until one reading is about that long. Each reading is
    preceded by a pause in seconds, in which threads of the one before that still look for work fall asleep.
    Garbage collection is on, as it is for users. For actions longer than a busy machine leaves a process alone
    `time.process_time` is the better clock.
    """
    counts = [_repetitions(action, shortest) for action in actions]
    best = [float("inf")] * len(actions)
    for _ in range(rounds):
        for index, (action, count) in enumerate(zip(actions, counts, strict=True)):
            time.sleep(pause)
            seconds = timeit.timeit(action, setup=gc.enable, timer=clock, number=count)
            best[index] = min(best[index], seconds / count)
    return best


def _repetitions(action: Action, shortest: float) -> int:
    """How often an action runs for a reading that the clock can tell from nothing. The first run warms up."""
    action()
    start = time.perf_counter()
    action()
    return max(1, int(shortest / max(time.perf_counter() - start, 1e-7)))
