"""Windows of tensors with offsets that are linear in run-time numbers, and which of them cover which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ptodsl.ir.dtypes import INDEX
from ptodsl.ir.nodes import Function, Literal, Op, Operand, Value
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import ScalarType

MAX_PIECES = 64
"""A window cut into more pieces than this counts as not covered."""


class Linear(NamedTuple):
    """A constant plus run-time numbers times their coefficients."""

    terms: frozenset[tuple[Value, int]]
    constant: int

    def plus(self, other: Linear, times: int = 1) -> Linear:
        """The sum with a multiple of another form."""
        sums = dict(self.terms)
        for value, coefficient in other.terms:
            sums[value] = sums.get(value, 0) + times * coefficient
        terms = frozenset((value, coefficient) for value, coefficient in sums.items() if coefficient)
        return Linear(terms, self.constant + times * other.constant)

    def times(self, other: Linear) -> Linear | None:
        """The product with another form; None where neither is a constant."""
        if self.terms and other.terms:
            return None
        form, factor = (self, other.constant) if self.terms else (other, self.constant)
        return constant(0).plus(form, factor)

    @property
    def values(self) -> Iterator[Value]:
        """The run-time numbers that the form depends on."""
        return (value for value, _ in self.terms)

    def coefficient(self, value: Value) -> int:
        """How often a number counts; 0 where it does not occur."""
        return dict(self.terms).get(value, 0)

    def substituted(self, forms: Mapping[Value, Linear]) -> Linear | None:
        """The form with each number replaced; None where one has no replacement."""
        result = constant(self.constant)
        for value, coefficient in self.terms:
            if value not in forms:
                return None
            result = result.plus(forms[value], coefficient)
        return result


def constant(number: int) -> Linear:
    """The form of a number that is known."""
    return Linear(frozenset(), number)


def unknown(value: Value) -> Linear:
    """The form of a number that only run time knows."""
    return Linear(frozenset({(value, 1)}), 0)


def _sum(left: Linear, right: Linear) -> Linear:
    return left.plus(right)


def _difference(left: Linear, right: Linear) -> Linear:
    return left.plus(right, -1)


_ARITHMETIC: Mapping[str, Callable[[Linear, Linear], Linear | None]] = {
    "scalar.add": _sum,
    "scalar.sub": _difference,
    "scalar.mul": Linear.times,
}


class LinearForms:
    """The linear form of every INDEX, as far as additions and constant factors make it; other integers may wrap."""

    def __init__(self) -> None:
        self._forms: dict[Value, Linear] = {}

    def of(self, operand: Operand) -> Linear:
        """The form of an operand."""
        if isinstance(operand, Literal):
            return constant(int(operand.value))
        return self._forms.get(operand) or unknown(operand)

    def note(self, op: Op) -> None:
        """Learn the result of an op on INDEX, where it is linear in its operands."""
        if op.name in _ARITHMETIC and op.result.type == ScalarType(INDEX):
            (left,), (right,) = op.operands
            form = _ARITHMETIC[op.name](self.of(left), self.of(right))
            if form is not None:
                self._forms[op.result] = form


def forms_of(function: Function) -> LinearForms:
    """The linear forms of a function's integer scalars."""
    forms = LinearForms()
    for statement in walk(function.body):
        if isinstance(statement, Op):
            forms.note(statement)
    return forms


class Interval(NamedTuple):
    """`size` elements of a dim, from `start` on."""

    start: Linear
    size: int


Box = tuple[Interval, ...]
"""One interval a dim."""


def whole(shape: Iterable[int]) -> Box:
    """All of a tensor."""
    return tuple(Interval(constant(0), extent) for extent in shape)


def meet(left: Box, right: Box) -> bool:
    """Whether two boxes of one tensor surely share an element."""
    return all(
        mine.start.terms == theirs.start.terms
        and mine.start.constant < theirs.start.constant + theirs.size
        and theirs.start.constant < mine.start.constant + mine.size
        for mine, theirs in zip(left, right, strict=True)
    )


def covered(box: Box, by: Sequence[Box], shape: Sequence[int]) -> bool:
    """Whether every element of a box is surely in one of the others; all lie within a tensor of that shape."""
    pieces = [box]
    for other in by:
        pieces = [rest for piece in pieces for rest in _minus(piece, other, shape)]
        if not pieces:
            return True
        if len(pieces) > MAX_PIECES:
            return False
    return not pieces


def _minus(box: Box, other: Box, shape: Sequence[int]) -> list[Box]:
    """What surely remains of a box, at most, without another: up to two boxes for each dim."""
    remaining: list[Box] = []
    core = list(box)
    for dim, (mine, theirs, extent) in enumerate(zip(box, other, shape, strict=True)):
        if theirs.start == constant(0) and theirs.size >= extent:
            continue
        if mine.start.terms != theirs.start.terms:
            return [box]
        low, high = mine.start.constant, mine.start.constant + mine.size
        first, last = max(low, theirs.start.constant), min(high, theirs.start.constant + theirs.size)
        if first >= last:
            return [box]
        for start, end in ((low, first), (last, high)):
            if start < end:
                remaining.append(
                    (*core[:dim], Interval(Linear(mine.start.terms, start), end - start), *core[dim + 1 :])
                )
        core[dim] = Interval(Linear(mine.start.terms, first), last - first)
    return remaining


def swept(box: Box, index: Value, values: range) -> Box | None:
    """The box that iterations fill together, `index` taking each of the values; None where it is no box."""
    moving = [dim for dim, interval in enumerate(box) if interval.start.coefficient(index)]
    if not moving:
        return box
    dim = moving[0]
    start, size = box[dim]
    stride = start.coefficient(index)
    if len(moving) > 1 or abs(stride * values.step) > size:
        return None
    ends = stride * values[0], stride * values[-1]
    rest = start.plus(unknown(index), -stride)
    swept_interval = Interval(rest.plus(constant(min(ends))), size + abs(ends[1] - ends[0]))
    return (*box[:dim], swept_interval, *box[dim + 1 :])
