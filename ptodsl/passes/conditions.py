"""Conditions of a function: which hold where others do, and how messages word them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from ptodsl.ir.boxes import Linear, constant, forms_of
from ptodsl.ir.nodes import Function, Literal, Op, Operand, Value
from ptodsl.ir.rewrite import operands_of, walk
from ptodsl.ir.types import ScalarType
from ptodsl.ops.site import type_of
from ptodsl.ops.table import row_of
from ptodsl.passes import remedies


@dataclass(frozen=True)
class Comparison:
    """What a comparison of two integers computes, and the one that holds where it does not."""

    compute: Callable[[int, int], bool]
    opposite: str


COMPARISONS: Mapping[str, Comparison] = {
    "==": Comparison(operator.eq, "!="),
    "!=": Comparison(operator.ne, "=="),
    "<": Comparison(operator.lt, ">="),
    ">=": Comparison(operator.ge, "<"),
    ">": Comparison(operator.gt, "<="),
    "<=": Comparison(operator.le, ">"),
}
"""By the operator."""

LOGIC: Mapping[str, bool] = {"and": True, "or": False}
"""By the operator: what both sides are where it is that."""


@dataclass(frozen=True)
class Known:
    """What is known on a way through a function: conditions that hold or do not, and numbers."""

    truths: Mapping[Value, bool] = field(default_factory=dict[Value, bool])
    numbers: Mapping[Value, Linear] = field(default_factory=dict[Value, Linear])

    def at(self, index: Value, value: int) -> Known:
        """The same in an iteration of a loop."""
        return Known(self.truths, {**self.numbers, index: constant(value)})

    def without(self, values: Set[Value]) -> Known:
        """The same without some values, which are computed anew."""
        return Known({value: truth for value, truth in self.truths.items() if value not in values}, self.numbers)


class Conditions:
    """The conditions of a function, through the ops that make them."""

    def __init__(self, function: Function) -> None:
        self._ops = {s.result: s for s in walk(function.body) if isinstance(s, Op) and s.results}
        self._forms = forms_of(function)

    def truth(self, condition: Operand, known: Known) -> bool | None:
        """Whether a condition holds; None where what is known does not tell."""
        if isinstance(condition, Literal):
            return bool(condition.value)
        return known.truths[condition] if condition in known.truths else self._computed(condition, known)

    def contradict(self, known: Known) -> bool:
        """Whether what is known cannot all be so, as far as its conditions show one by one."""
        return any(self._computed(value, known) is (not truth) for value, truth in known.truths.items())

    def _computed(self, condition: Value, known: Known) -> bool | None:
        """Whether a condition holds, by what it is made of."""
        sign, operands = self._made_of(condition)
        if sign in COMPARISONS:
            return self._compared(COMPARISONS[sign], operands, known)
        if sign not in (*LOGIC, "not"):
            return None
        truths = [self.truth(operand, known) for operand in operands]
        if sign == "not":
            return None if truths[0] is None else not truths[0]
        if (not LOGIC[sign]) in truths:
            return not LOGIC[sign]
        return None if None in truths else LOGIC[sign]

    def _made_of(self, condition: Operand) -> tuple[str, tuple[Operand, ...]]:
        """The operator that makes a condition, and its operands; none of a parameter or a literal."""
        op = self._ops.get(condition) if isinstance(condition, Value) else None
        return ("", ()) if op is None else (row_of(op).operator, operands_of(op))

    def _compared(self, comparison: Comparison, numbers: tuple[Operand, ...], known: Known) -> bool | None:
        if not _are_integers(numbers):
            return None
        left, right = (self._forms.of(number).substituted(known.numbers) for number in numbers)
        return None if left is None or right is None else comparison.compute(left.constant, right.constant)

    def assumed(self, condition: Operand, truth: bool, known: Known) -> Known:
        """What is known where a condition is found to hold, or not to."""
        if isinstance(condition, Literal):
            return known
        known = Known({**known.truths, condition: truth}, known.numbers)
        sign, operands = self._made_of(condition)
        if sign == "not":
            return self.assumed(operands[0], not truth, known)
        for operand in operands if LOGIC.get(sign) is truth else ():
            known = self.assumed(operand, truth, known)
        return known

    def words(self, condition: Operand, truth: bool) -> str:
        """A condition, or its opposite, as the user would write it."""
        text = remedies.written(condition)
        return text if truth else self._opposite(condition) or (f"not ({text})" if " " in text else f"not {text}")

    def _opposite(self, condition: Operand) -> str | None:
        """The words for the opposite of a condition without a name that do without `not`."""
        sign, operands = self._made_of(condition)
        if isinstance(condition, Value) and condition.name.isidentifier():
            return None
        if sign == "not":
            return remedies.written(operands[0])
        if sign not in COMPARISONS or not _are_integers(operands):
            return None
        left, right = map(remedies.written, operands)
        return f"{left} {COMPARISONS[sign].opposite} {right}"


def _are_integers(operands: tuple[Operand, ...]) -> bool:
    types = map(type_of, operands)
    return all(isinstance(type_, ScalarType) and type_.dtype.is_integer for type_ in types)
