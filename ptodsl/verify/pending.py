"""What may still be running: the state of the sync verifier between two statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from ptodsl.ir.hardware import Pipe

_QUEUES: tuple[Pipe, ...] = tuple(pipe for pipe in Pipe if pipe is not Pipe.ALL)
_NUMBER: dict[Pipe, int] = {pipe: number for number, pipe in enumerate(_QUEUES)}


@dataclass(frozen=True, eq=False, slots=True)
class Flag:
    """The pipe that sets, the pipe that waits, the event id; one object for each in a kernel."""

    source: Pipe
    target: Pipe
    event: int

    def __str__(self) -> str:
        return f"{self.source.value}, {self.target.value}, {self.event}"


@dataclass
class Pending:
    """Sets of accesses as bitsets.

    `open` has for each pipe the accesses some execution of which is not known to be complete before what is issued to
    it next. `tokens` has for each token that stands, oldest first, the accesses that it does not cover.
    """

    asking: tuple[int, ...]
    """The pipes whose order anything hangs on, by their numbers; of the others nothing is known."""
    open: list[int] = field(default_factory=lambda: [0] * len(_QUEUES))
    tokens: dict[Flag, tuple[int, ...]] = field(default_factory=dict[Flag, "tuple[int, ...]"])

    @classmethod
    def of(cls, pipes: Iterable[Pipe]) -> Pending:
        """The state before anything is issued, with what matters to some pipes."""
        return cls(tuple(sorted({_NUMBER[pipe] for pipe in pipes})))

    def copy(self) -> Pending:
        """A state of its own."""
        return Pending(self.asking, list(self.open), dict(self.tokens))

    def running(self, pipe: Pipe) -> int:
        """What may be running when the next instruction of a pipe starts."""
        return self.open[_NUMBER[pipe]]

    def complete(self, pipe: Pipe, bits: int) -> None:
        """What is issued to a pipe from here on comes after these."""
        self.open[_NUMBER[pipe]] &= ~bits

    def complete_all(self) -> None:
        """Everything comes after everything."""
        self.open = [0] * len(_QUEUES)

    def start(self, bits: int) -> None:
        """An instruction is issued: from here on nothing knows it complete, its own pipe and tokens neither."""
        for number in self.asking:
            self.open[number] |= bits
        for flag, queue in self.tokens.items():
            self.tokens[flag] = tuple([token | bits for token in queue])

    @property
    def alive(self) -> int:
        """What is running for some pipe, or is not covered by some token."""
        alive = 0
        for mask in chain(self.open, *self.tokens.values()):
            alive |= mask
        return alive

    def shift(self, lowest: int, count: int) -> None:
        """Numbers from `lowest` on count from `count` further on: those in between are complete for all."""
        below = (1 << lowest) - 1

        def shifted(mask: int) -> int:
            return mask & below | mask >> (lowest + count) << lowest

        self.open = [shifted(mask) for mask in self.open]
        self.tokens = {flag: tuple([shifted(mask) for mask in queue]) for flag, queue in self.tokens.items()}

    def set(self, flag: Flag, of_source: int) -> None:
        """A token that covers all that is known to the source pipe, and its own accesses `of_source`."""
        token = self.running(flag.source) & ~of_source
        self.tokens[flag] = (*self.tokens.get(flag, ()), token)

    def wait(self, flag: Flag) -> None:
        """What is issued to the waiting pipe comes after what the oldest token covers; from S, all that is issued."""
        token, *rest = self.tokens.pop(flag)
        if rest:
            self.tokens[flag] = tuple(rest)
        if flag.target is Pipe.S:
            self.open = [mask & token for mask in self.open]
        else:
            self.open[_NUMBER[flag.target]] &= token

    def count(self, flag: Flag) -> int:
        """How many tokens stand."""
        return len(self.tokens.get(flag, ()))

    def apart(self, other: Pending) -> list[Flag]:
        """The flags that have more tokens here than there, or fewer, in the order of their words."""
        flags = self.tokens.keys() | other.tokens.keys()
        return sorted((flag for flag in flags if self.count(flag) != other.count(flag)), key=str)

    def joined(self, other: Pending, flags: Iterable[Flag]) -> Pending:
        """The state where two paths meet, with the tokens of `flags`, of which both have as many."""
        unions = [a | b for a, b in zip(self.open, other.open, strict=True)]
        return Pending(self.asking, unions, {flag: _union(self.tokens[flag], other.tokens[flag]) for flag in flags})


def _union(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a | b for a, b in zip(one, other, strict=True))
