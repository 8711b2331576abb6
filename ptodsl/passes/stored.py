"""Whether every path stores to a tensor, and if not, one that does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from typing_extensions import assert_never

from ptodsl.ir.accesses import accesses
from ptodsl.ir.boxes import LinearForms
from ptodsl.ir.handles import Handles
from ptodsl.ir.nodes import Block, Call, For, If, Literal, Op, Operand, Return, Statement, Value, Yield
from ptodsl.ir.rewrite import blocks_of, results_of, walk
from ptodsl.ir.span import Span
from ptodsl.passes.conditions import Conditions, Known

MAX_WAYS = 64
"""Ways through a body that are followed at once; past these, a path that does not store may be overlooked."""


@dataclass(frozen=True)
class Way:
    """A way through a body: the conditions of the branches taken, in order, what else happens, and what is known."""

    words: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    known: Known = field(default_factory=Known)
    place: Span | None = None
    """The last condition or loop that leads past a store."""

    def __str__(self) -> str:
        words = tuple(dict.fromkeys(self.words))
        texts = [f"({text})" if " or " in text and len(words) > 1 else text for text in words]
        return " and ".join([*([f"`{' and '.join(texts)}`"] if texts else []), *self.events])


class Stores:
    """The ways through a kernel on which nothing stores to a tensor parameter.

    A store counts whatever it covers. A condition that decides twice goes the same way twice, one on numbers of a loop
    with known bounds as it does in the first and in the last iteration; any other may go either way.
    """

    def __init__(self, conditions: Conditions, handles: Handles, target: Value) -> None:
        self._conditions = conditions
        self._handles = handles
        self._target = target

    def missing(self, body: Block) -> Way | None:
        """A way without a store; None where every path stores, and where none does."""
        if not any(map(self._touches, body.statements)):
            return None
        return next(iter(self._through(body.statements, [Way()])), None)

    def _through(self, statements: Sequence[Statement], ways: list[Way]) -> list[Way]:
        for statement in filter(self._touches, statements):
            ways = [after for way in ways for after in self._past(statement, way)][:MAX_WAYS]
        return ways

    def _past(self, statement: Statement, way: Way) -> list[Way]:
        """How a way goes on after a statement that stores on some path."""
        match statement:
            case If():
                then = self._through(statement.then.statements, self._into(statement, way, truth=True))
                return then + self._through(statement.orelse.statements, self._into(statement, way, truth=False))
            case For():
                return self._around(statement, way)
            case Op() | Call() | Yield() | Return():
                return []
            case _:
                assert_never(statement)

    def _into(self, branch: If, way: Way, *, truth: bool) -> list[Way]:
        """The way into a branch; none where what is known excludes it."""
        known = self._conditions.truth(branch.condition, way.known)
        if known is not None:
            return [way] if known is truth else []
        words = (*way.words, self._conditions.words(branch.condition, truth))
        inside = self._conditions.assumed(branch.condition, truth, way.known)
        return [] if self._conditions.contradict(inside) else [Way(words, way.events, inside, branch.span)]

    def _around(self, loop: For, way: Way) -> list[Way]:
        """The ways through a loop: its first and last iteration where those are known, else any, or none."""
        values = _iterations(loop)
        if values is not None and not values:
            return [way]
        if values is not None:
            return self._iterated(loop, [way], sorted({values[0], values[-1]}))
        event = f"the loop on line {loop.span.line} runs no iteration"
        past = replace(way, events=(*way.events, event), place=loop.span)
        return [*self._through(loop.body.statements, [way]), past]

    def _iterated(self, loop: For, ways: list[Way], values: Sequence[int]) -> list[Way]:
        """The ways through one iteration after another."""
        inside = frozenset(value for statement in walk(loop.body) for value in results_of(statement))
        for value in values:
            entered = [replace(way, known=way.known.at(loop.index, value).without(inside)) for way in ways]
            ways = self._through(loop.body.statements, entered)
        return ways

    def _touches(self, statement: Statement) -> bool:
        if isinstance(statement, Op):
            return any(self._is_target(access.tensor) for access in accesses(statement, LinearForms()) if access.stores)
        return any(self._touches(inner) for block in blocks_of(statement) for inner in block.statements)

    def _is_target(self, tensor: Operand) -> bool:
        return isinstance(tensor, Value) and any(one.root is self._target for one in self._handles.get(tensor, ()))


def _iterations(loop: For) -> range | None:
    """The values of the index; None where only run time knows them."""
    match loop.start, loop.stop, loop.step:
        case Literal() as start, Literal() as stop, Literal() as step if step.value:
            return range(int(start.value), int(stop.value), int(step.value))
        case _:
            return None
