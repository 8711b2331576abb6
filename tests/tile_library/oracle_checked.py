"""The oracle for the engine: every start, end, set and wait of a script as an event, and all orders between them.

Section 11 of the reference gives the edges. What is reachable is closed over by brute force; waits and sets are matched
by running the queues one step at a time. It shares nothing with the engine, and forgets nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from ptodsl.ir.hardware import Pipe
from ptodsl.machine import Architecture, SamePipe
from tests.tile_library.checked_scripts import Access, Barrier, Instruction, Set, Step, Touch, Wait

ISSUED, START, END = range(3)
Event = tuple[int, int]
"""A step's number, and which moment of it: a set's END is when it fires, a wait's START when it is let go."""


@dataclass
class Oracle:
    """What is so in one script, which is one kernel."""

    steps: Sequence[Step]
    architecture: Architecture
    random: Random = field(default_factory=lambda: Random(0))

    @cached_property
    def matches(self) -> dict[int, int]:
        """For each wait that is let go the set that lets it go."""
        return self._executed[0]

    @cached_property
    def stuck(self) -> frozenset[int]:
        """The waits that are never let go of."""
        waits = {line for line, step in enumerate(self.steps) if isinstance(step, Wait)}
        return frozenset(waits - self.matches.keys())

    @cached_property
    def left(self) -> list[int]:
        """The sets whose tokens nobody takes."""
        return sorted(self._executed[1])

    @cached_property
    def twice(self) -> list[int]:
        """The sets that come, as issued, while one of theirs is pending."""
        pending: defaultdict[Step, int] = defaultdict(int)
        found: list[int] = []
        for line, step in enumerate(self.steps):
            if isinstance(step, Set):
                if pending[step] > 0:
                    found.append(line)
                pending[step] += 1
            elif isinstance(step, Wait):
                pending[Set(step.source, step.target, step.event)] -= 1
        return found

    @cached_property
    def hazards(self) -> dict[tuple[int, int], bool]:
        """Pairs that meet in no order, the one issued first first; whether hardware is said to keep it."""
        found: dict[tuple[int, int], bool] = {}
        accesses = [line for line in range(len(self.steps)) if self._touches(line)]
        for i, earlier in enumerate(accesses):
            for later in accesses[i + 1 :]:
                if not (self.before(earlier, later) or self.before(later, earlier)):
                    verdicts = self._verdicts(earlier, later)
                    if verdicts:
                        found[earlier, later] = all(verdicts)
        return found

    @cached_property
    def unfinished(self) -> list[int]:
        """The writes to global memory that the end of the kernel does not wait for."""
        end = (len(self.steps), ISSUED)
        return [line for line in range(len(self.steps)) if self._stores(line) and not self._reaches((line, END), end)]

    def before(self, earlier: int, later: int) -> bool:
        """Whether one is complete when the other starts."""
        return self._reaches((earlier, END), (later, START))

    def meet(self, one: int, other: int) -> bool:
        """Whether two need an order."""
        return any(_conflict(a, b) for a in self._touches(one) for b in self._touches(other))

    def _stores(self, line: int) -> bool:
        return any(touch.memory.value == "gm" and touch.effect != "reads" for touch in self._touches(line))

    def _touches(self, line: int) -> tuple[Touch, ...]:
        step = self.steps[line]
        return step.touches if isinstance(step, Instruction) else (step.touch,) if isinstance(step, Access) else ()

    def _verdicts(self, earlier: int, later: int) -> set[bool]:
        """For accesses that meet and that no pipe keeps in order: whether each is only a note."""
        pairs = ((a, b) for a in self._touches(earlier) for b in self._touches(later) if _conflict(a, b))
        verdicts = (self._verdict(earlier, later, a, b) for a, b in pairs)
        return {verdict for verdict in verdicts if verdict is not None}

    def _verdict(self, earlier: int, later: int, first: Touch, second: Touch) -> bool | None:
        """None where the pipe keeps the order."""
        pipe = _pipe(self.steps[later])
        if _pipe(self.steps[earlier]) is not pipe or pipe is None:
            return False
        rule = self.architecture.same_pipe[pipe]
        one, other = self.steps[earlier], self.steps[later]
        if rule is SamePipe.ORDERED:
            return None
        assert isinstance(one, Instruction)
        assert isinstance(other, Instruction)
        if rule is SamePipe.ACCUMULATES and other.fractals and _tile(first) == _tile(second):
            return None if other.fractals >= self.architecture.accumulate_fractals else True
        return pipe is Pipe.V and one.is_elementwise and other.is_elementwise and first.bytes == second.bytes

    @cached_property
    def _executed(self) -> tuple[dict[int, int], list[int]]:
        """Matches and sets that are left, from running the queues in some order."""
        queues: defaultdict[Pipe, list[int]] = defaultdict(list)
        tokens: defaultdict[tuple[Pipe, Pipe, int], list[int]] = defaultdict(list)
        matches: dict[int, int] = {}
        counter = 0

        def may_go(line: int) -> bool:
            step = self.steps[line]
            return not isinstance(step, Wait) or bool(tokens[step.source, step.target, step.event])

        def go(line: int) -> None:
            match self.steps[line]:
                case Set(source, target, event):
                    tokens[source, target, event].append(line)
                case Wait(source, target, event):
                    matches[line] = tokens[source, target, event].pop(0)
                case _:
                    pass

        def issue(line: int) -> bool:
            step = self.steps[line]
            pipe = _queue(step)
            if step == Barrier() and any(queues.values()):
                return False
            if pipe is Pipe.S or pipe is None:
                if not may_go(line):
                    return False
                go(line)
            else:
                queues[pipe].append(line)
            return True

        while True:
            choices = [pipe for pipe, queue in queues.items() if queue and may_go(queue[0])]
            if counter < len(self.steps) and self.random.random() < 0.5 and issue(counter):
                counter += 1
            elif choices:
                go(queues[self.random.choice(choices)].pop(0))
            elif counter < len(self.steps) and issue(counter):
                counter += 1
            else:
                return matches, [line for lines in tokens.values() for line in lines]

    def _reaches(self, one: Event, other: Event) -> bool:
        return bool(self._closure[one] >> self._numbers[other] & 1)

    @cached_property
    def _numbers(self) -> dict[Event, int]:
        events = [(line, moment) for line in range(len(self.steps) + 1) for moment in (ISSUED, START, END)]
        return {event: number for number, event in enumerate(events)}

    @cached_property
    def _closure(self) -> dict[Event, int]:
        """What comes after each event."""
        follows: defaultdict[Event, set[Event]] = defaultdict(set)
        for one, other in self._edges():
            follows[one].add(other)
        closure: dict[Event, int] = {}

        def close(event: Event) -> int:
            if event not in closure:
                closure[event] = 0
                for following in follows[event]:
                    closure[event] |= close(following) | 1 << self._numbers[following]
            return closure[event]

        for event in reversed(self._numbers):
            close(event)
        return closure

    def _edges(self) -> Iterator[tuple[Event, Event]]:
        queues: defaultdict[Pipe, list[int]] = defaultdict(list)
        for line, step in enumerate(self.steps):
            yield (line, ISSUED), (line, START)
            yield (line, START), (line, END)
            pipe = _queue(step)
            blocks = pipe is None or (pipe is Pipe.S and isinstance(step, Wait))
            yield (line, START if blocks else ISSUED), (line + 1, ISSUED)
            for earlier in queues[pipe] if pipe is not None else [i for queue in queues.values() for i in queue]:
                yield from self._in_queue(earlier, line)
            if line in self.matches:
                yield (self.matches[line], END), (line, START)
            if pipe is not None:
                queues[pipe].append(line)

    def _in_queue(self, earlier: int, line: int) -> Iterator[tuple[Event, Event]]:
        """The order of two entries of one queue, or of one and a barrier of all pipes."""
        yield (earlier, START), (line, START)
        match self.steps[line]:
            case Barrier():
                yield (earlier, END), (line, START)
            case Set():
                yield (earlier, END), (line, END)
            case _:
                pass


def _queue(step: Step) -> Pipe | None:
    """The queue that a step stands in; None for a barrier of all pipes."""
    match step:
        case Set():
            return step.source
        case Wait():
            return step.target
        case Barrier():
            return None if step.pipe is Pipe.ALL else step.pipe
        case _:
            return _pipe(step)


def _pipe(step: Step) -> Pipe | None:
    return step.pipe if isinstance(step, Instruction) else Pipe.S if isinstance(step, Access) else None


def _tile(touch: Touch) -> tuple[int, list[int]]:
    """What two accesses to one accumulator have in common."""
    return touch.start, sorted(pitch for _, pitch in touch.dims)


def _conflict(one: Touch, other: Touch) -> bool:
    if one.memory is not other.memory or one.effect == other.effect != "writes":
        return False
    return not one.bytes.isdisjoint(other.bytes)
