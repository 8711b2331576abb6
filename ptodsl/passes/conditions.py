"""Conditions of a function: which hold where others do, and how messages word them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from ptodsl.ir.boxes import Linear, constant, forms_of
from ptodsl.ir.nodes import Function, Literal, Op, Operand, Value
from ptodsl.ir.rewrite import operands_of, walk
from ptodsl.ops.site import dtype_of
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
        op = self._ops.get(condition)
        if condition in known.truths or op is None:
            return known.truths.get(condition)
        sign = row_of(op).operator
        if sign in COMPARISONS:
            return self._compared(op, COMPARISONS[sign], known)
        return self._combined(op, sign, known) if sign in (*LOGIC, "not") else None

    def _combined(self, op: Op, sign: str, known: Known) -> bool | None:
        """What a logical operator gives; one side may tell."""
        truths = [self.truth(inner, known) for inner in operands_of(op)]
        if sign == "not":
            return None if truths[0] is None else not truths[0]
        if (not LOGIC[sign]) in truths:
            return not LOGIC[sign]
        return None if None in truths else LOGIC[sign]

    def _compared(self, op: Op, comparison: Comparison, known: Known) -> bool | None:
        left, right = (self._forms.of(number).substituted(known.numbers) for number in operands_of(op))
        return None if left is None or right is None else comparison.compute(left.constant, right.constant)

    def assumed(self, condition: Operand, truth: bool, known: Known) -> Known:
        """What is known where a condition is found to hold, or not to."""
        if isinstance(condition, Literal):
            return known
        known = Known({**known.truths, condition: truth}, known.numbers)
        op = self._ops.get(condition)
        sign = row_of(op).operator if op is not None else ""
        if op is not None and LOGIC.get(sign, not truth) is truth:
            for inner in operands_of(op):
                known = self.assumed(inner, truth, known)
        elif op is not None and sign == "not":
            known = self.assumed(op.operands[0][0], not truth, known)
        return known

    def words(self, condition: Operand, truth: bool) -> str:
        """A condition, or its opposite, as the user would write it."""
        text = remedies.written(condition)
        return text if truth else self._opposite(condition) or (f"not ({text})" if " " in text else f"not {text}")

    def _opposite(self, condition: Operand) -> str | None:
        """The words for the opposite of a condition without a name that do without `not`."""
        op = self._ops.get(condition) if isinstance(condition, Value) and not condition.name.isidentifier() else None
        sign = row_of(op).operator if op is not None else ""
        if op is None or (sign != "not" and sign not in COMPARISONS):
            return None
        texts = [remedies.written(inner) for inner in operands_of(op)]
        if sign == "not":
            return texts[0]
        integers = all(not dtype_of(number).is_float for number in operands_of(op))
        return f"{texts[0]} {COMPARISONS[sign].opposite} {texts[1]}" if integers else None
