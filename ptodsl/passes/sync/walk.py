"""The kernel walked in issue order: what may still be running when the next instruction of a pipe is given.

The state holds, for each pipe Q, the instructions of which some execution is not known to be done before what Q is
given next, and, for each pair with a token pending, those that its token does not cover. Sets are bitsets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from typing_extensions import assert_never

from ptodsl.ir.hardware import Pipe
from ptodsl.passes.sync.hazards import Hazards
from ptodsl.passes.sync.items import Barrier
from ptodsl.passes.sync.regions import Branch, Element, Instruction, Loop, Region
from ptodsl.passes.sync.schedule import Action, Mark, Schedule

Report = Callable[[int, int], None]
"""Gets the number of each instruction that may start too early, and the bitset of those that it must wait for."""

Found = dict[int, int]
"""For each instruction that may start too early: the bitset of those that it must wait for."""


class _Unordered(Exception):
    """The walk may end: one hazard is enough."""


@dataclass
class State:
    """What may be running, by position of the pipe; and what each pending token does not cover, by key of its pair."""

    open: list[int]
    tokens: dict[int, int] = field(default_factory=dict[int, int])

    def copy(self) -> State:
        """A state that goes its own way."""
        return State(self.open.copy(), self.tokens.copy())

    def issue(self, bit: int) -> None:
        """An instruction is given to its pipe."""
        self.open = [running | bit for running in self.open]
        for key in self.tokens:
            self.tokens[key] |= bit

    def join(self, other: State) -> None:
        """Either state may have been reached."""
        self.open = [one | another for one, another in zip(self.open, other.open, strict=True)]
        for key, uncovered in other.tokens.items():
            self.tokens[key] = self.tokens.get(key, 0) | uncovered


class Walk:
    """Executes regions over states, the items of a schedule included."""

    def __init__(self, hazards: Hazards, schedule: Schedule) -> None:
        self.hazards = hazards
        self.schedule = schedule
        self._heads: dict[Loop, State] = {}
        """The states that loops were last left in, the outermost one and those in it."""

    def start(self, region: Region, owner: Loop | None = None) -> State:
        """The state in which a region is walked alone: nothing runs, pending tokens cover all that came before."""
        return State([0] * len(self.hazards.pipes), {item.key: 0 for item in self.schedule.pending(region, owner)})

    def attempt(self, region: Region, index: int, state: State) -> tuple[Found, State]:
        """What an element, with the statements before it, reports from a state, and the state behind it."""
        found: Found = {}
        after = state.copy()
        self.apply(self.schedule.before(region, index), after)
        after = self.element(region.elements[index], after, _into(found))
        return found, after

    def alone(self, loop: Loop) -> Found:
        """What a loop reports that nothing comes before."""
        found: Found = {}
        self.loop(loop, self.start(loop.body, loop), _into(found))
        return found

    def states(self, region: Region, owner: Loop | None) -> list[State]:
        """The state before each element of a region that is walked alone, and at its end.

        The body of a loop is entered as at any iteration. The statements before an element are not yet executed.
        """
        state = self.start(region, owner)
        if owner is not None:
            state = self.loop(owner, state, _ignore)
        states = [state]
        for index in range(len(region.elements)):
            _, state = self.attempt(region, index, state)
            self.apply(self.schedule.behind(region, index), state)
            states.append(state)
        return states

    def is_ordered_alone(self, loop: Loop) -> bool:
        """Whether a loop that nothing comes before reports nothing."""
        try:
            self.loop(loop, self.start(loop.body, loop), _refuse)
        except _Unordered:
            return False
        return True

    def region(self, region: Region, state: State, report: Report) -> State:
        """The state behind a region."""
        for index, element in enumerate(region.elements):
            self.apply(self.schedule.before(region, index), state)
            state = self.element(element, state, report)
            self.apply(self.schedule.behind(region, index), state)
        self.apply(self.schedule.before(region, len(region.elements)), state)
        return state

    def element(self, element: Element, state: State, report: Report) -> State:
        """The state behind an element, without the statements around it."""
        match element:
            case Instruction():
                waits = self.hazards.before[element.number] & state.open[self.hazards.pipe_of[element.number]]
                if waits:
                    report(element.number, waits)
                state.issue(1 << element.number)
                return state
            case Branch():
                then, orelse = (self.region(region, state.copy(), report) for region in element.regions)
                then.join(orelse)
                return then
            case Loop():
                return self.loop(element, state, report)
            case _:
                assert_never(element)

    def loop(self, loop: Loop, state: State, report: Report) -> State:
        """The state behind any number of iterations: that of the head, once no further iteration adds to it."""
        if self._heads:
            return self._head(loop, state, report)
        try:
            return self._head(loop, state, report)
        finally:
            self._heads.clear()

    def _head(self, loop: Loop, state: State, report: Report) -> State:
        """An inner loop goes on from where an earlier iteration of those around it has left it: states only grow.

        From nothing each time, every level of nesting would double the work.
        """
        if loop in self._heads:
            state.join(self._heads[loop])
        while True:
            head = self._heads[loop] = state.copy()
            state.join(self.region(loop.body, head.copy(), report))
            if state == head:
                return state

    def apply(self, marks: Iterable[Mark], state: State) -> None:
        """Execute the statements of a gap."""
        for mark in marks:
            item = mark.item
            if isinstance(item, Barrier):
                self._barrier(item.pipe, state)
            elif mark.action is Action.SET:
                source = self.hazards.position[item.pair[0]]
                state.tokens[item.key] = state.open[source] & ~self.hazards.on_pipe[source]
            else:
                self._wait(item.pair[1], state.tokens.pop(item.key), state)

    def _barrier(self, pipe: Pipe, state: State) -> None:
        if pipe is Pipe.ALL:
            state.open = [0] * len(state.open)
        else:
            position = self.hazards.position[pipe]
            state.open[position] &= ~self.hazards.on_pipe[position]

    def _wait(self, pipe: Pipe, uncovered: int, state: State) -> None:
        if pipe is Pipe.S:
            state.open = [running & uncovered for running in state.open]
        else:
            state.open[self.hazards.position[pipe]] &= uncovered


def _into(found: Found) -> Report:
    def report(number: int, waits: int) -> None:
        found[number] = found.get(number, 0) | waits

    return report


def _ignore(_number: int, _waits: int) -> None:
    pass


def _refuse(_number: int, _waits: int) -> None:
    raise _Unordered
