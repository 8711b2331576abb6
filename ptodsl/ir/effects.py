"""What functions do to their tensor parameters: the directions that the body decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from typing_extensions import assert_never

from ptodsl.ir.accesses import accesses
from ptodsl.ir.boxes import Box, Interval, Linear, covered, forms_of, swept, whole
from ptodsl.ir.dtypes import INDEX
from ptodsl.ir.handles import handles_of
from ptodsl.ir.nodes import Block, Call, Direction, For, Function, If, Literal, Op, Program, Return, Value, Yield
from ptodsl.ir.rewrite import results_of, walk
from ptodsl.ir.span import Span
from ptodsl.ir.types import ScalarType, TensorType


def effects(function: Function, program: Program) -> dict[Value, Direction]:
    """The direction of each tensor parameter, as the body decides it; callees are looked up in the program.

    In: never stored to. InOut: some load, atomic store or call may read bytes that this call has not itself stored,
    on some path. Out: stored to, never so read. Windows are compared by linear offsets; what those do not show counts
    as read. A store of a tile whose valid shape only run time knows surely stores nothing.
    """
    return _Summaries(program).of(function).directions


def evidence(function: Function, program: Program) -> Mapping[Value, Span]:
    """Where the body shows the direction of a tensor parameter: the first read that makes it InOut, else a store."""
    return _Summaries(program).of(function).evidence


@dataclass(frozen=True)
class _Summary:
    """A function as its callers see it: directions, what shows them, and the boxes that it stores on every path."""

    directions: dict[Value, Direction]
    evidence: Mapping[Value, Span]
    stored: Mapping[Value, tuple[Box, ...]]


class _Summaries:
    """Summaries of the functions of a program, each worked out once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[Function, _Summary] = {}

    def of(self, function: Function) -> _Summary:
        """The summary of one function."""
        if function not in self._known:
            self._known[function] = _Analysis(function, self).summary()
        return self._known[function]

    def callee(self, call: Call) -> tuple[Function, _Summary]:
        """The function that is called, and its summary."""
        function = self._program.function(call.callee)
        return function, self.of(function)


Stored = dict[Value, tuple[Box, ...]]
"""For each parameter, the boxes stored on every path so far."""


class _Analysis:
    """One walk over a function, in order, with what has surely been stored."""

    def __init__(self, function: Function, summaries: _Summaries) -> None:
        self._function = function
        self._summaries = summaries
        self._forms = forms_of(function)
        self._handles = handles_of(function, self._forms)
        self._read: dict[Value, Span] = {}
        self._touched: dict[Value, Span] = {}

    def summary(self) -> _Summary:
        """Directions and surely stored boxes."""
        stored = self._block(self._function.body, {})
        directions = {parameter.value: self._direction(parameter.value) for parameter in self._function.tensors}
        return _Summary(directions, {**self._touched, **self._read}, stored)

    def _direction(self, parameter: Value) -> Direction:
        if parameter not in self._touched:
            return Direction.IN
        return Direction.INOUT if parameter in self._read else Direction.OUT

    def _block(self, block: Block, stored: Stored) -> Stored:
        for statement in block.statements:
            match statement:
                case Op():
                    stored = self._op(statement, stored)
                case Call():
                    stored = self._call(statement, stored)
                case If():
                    stored = self._met(self._block(statement.then, stored), self._block(statement.orelse, stored))
                case For():
                    stored = self._loop(statement, stored)
                case Yield() | Return():
                    pass
                case _:
                    assert_never(statement)
        return stored

    def _op(self, op: Op, stored: Stored) -> Stored:
        """Reads before stores, as the op itself does."""
        for access in accesses(op, self._forms):
            if access.reads is not None:
                self._note_read(access.tensor, access.reads, stored, op.span)
            if access.stores:
                stored = self._note_store(access.tensor, access.surely_stores, stored, op.span)
        return stored

    def _note_read(self, tensor: Value, window: Box, stored: Stored, span: Span) -> None:
        """A window may be read: its parameter's earlier bytes are, unless they are surely stored over."""
        for handle in self._handles.get(tensor, ()):
            shape = _shape(handle.root)
            box = handle.box(window) or whole(shape)
            if not covered(box, stored.get(handle.root, ()), shape):
                self._read.setdefault(handle.root, span)

    def _note_store(self, tensor: Value, window: Box | None, stored: Stored, span: Span) -> Stored:
        """A window is stored to; surely so only where it is known which buffer it is in, and where."""
        handles = self._handles.get(tensor, frozenset())
        for handle in handles:
            self._touched.setdefault(handle.root, span)
        if window is None or len(handles) != 1:
            return stored
        (handle,) = handles
        box = handle.box(window)
        return stored if box is None else _with(stored, handle.root, (box,))

    def _call(self, call: Call, stored: Stored) -> Stored:
        """The callee's reads of whole arguments, then its stores."""
        callee, summary = self._summaries.callee(call)
        pairs = list(zip((p.value for p in callee.parameters), call.arguments, strict=False))
        scalars = {p: self._forms.of(a) for p, a in pairs if p.type == ScalarType(INDEX)}
        tensors = [(p, a) for p, a in pairs if isinstance(p.type, TensorType) and isinstance(a, Value)]
        for parameter, argument in tensors:
            if summary.directions[parameter] is not Direction.OUT:
                self._note_read(argument, whole(_shape(parameter)), stored, call.span)
        for parameter, argument in tensors:
            if summary.directions[parameter] is not Direction.IN:
                stored = self._note_store(argument, None, stored, call.span)
            for box in summary.stored.get(parameter, ()):
                if (window := _in_terms_of(scalars, box)) is not None:
                    stored = self._note_store(argument, window, stored, call.span)
        return stored

    def _met(self, left: Stored, right: Stored) -> Stored:
        """What is stored on both of two paths; most of it was stored before they part."""
        if left == right:
            return left
        met: Stored = {}
        for root in left.keys() & right.keys():
            shape, alike = _shape(root), {*left[root]} & {*right[root]}
            for mine, theirs in ((left[root], right[root]), (right[root], left[root])):
                met = _with(met, root, tuple(box for box in mine if box in alike or covered(box, theirs, shape)))
        return met

    def _loop(self, loop: For, stored: Stored) -> Stored:
        """After a loop that surely runs, what its iterations store together; else what was stored before."""
        after = self._block(loop.body, stored)
        values = _iterations(loop)
        if not values:
            return stored
        inside = _defined_in(loop)
        for root, boxes in after.items():
            filled = (swept(box, loop.index, values) for box in boxes)
            kept = tuple(box for box in filled if box is not None and inside.isdisjoint(_numbers(box)))
            stored = _with(stored, root, kept)
        return stored


def _shape(tensor: Value) -> tuple[int, ...]:
    assert isinstance(tensor.type, TensorType)
    return tensor.type.shape


def _with(stored: Stored, root: Value, boxes: tuple[Box, ...]) -> Stored:
    """The same with more boxes; those that are there already are not repeated."""
    known = stored.get(root, ())
    return {**stored, root: tuple(dict.fromkeys((*known, *boxes)))}


def _in_terms_of(scalars: Mapping[Value, Linear], box: Box) -> Box | None:
    """A callee's box with the arguments of a call for its parameters."""
    starts = [interval.start.substituted(scalars) for interval in box]
    known = [start for start in starts if start is not None]
    if len(known) != len(box):
        return None
    return tuple(Interval(start, interval.size) for start, interval in zip(known, box, strict=True))


def _iterations(loop: For) -> range:
    """The values of the index where all bounds are known; none where they are not."""
    match (loop.start, loop.stop, loop.step):
        case (Literal() as start, Literal() as stop, Literal() as step) if step.value:
            return range(int(start.value), int(stop.value), int(step.value))
        case _:
            return range(0)


def _defined_in(loop: For) -> set[Value]:
    """Values that differ from iteration to iteration."""
    inner = {value for statement in walk(loop.body) for value in results_of(statement)}
    nested = (statement for statement in walk(loop.body) if isinstance(statement, For))
    own = {value for each in (loop, *nested) for value in (each.index, *each.carried)}
    return inner | own


def _numbers(box: Box) -> Iterable[Value]:
    return (value for interval in box for value, _ in interval.start.terms)
