"""Offsets as linear forms over scalars that are known only at run time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ptodsl.ir.dtypes import INDEX
from ptodsl.ir.nodes import Literal, Op, Operand, Value
from ptodsl.ir.types import ScalarType

Terms = frozenset[tuple[Value, int]]
"""Each scalar with its coefficient, none of them 0."""

NO_TERMS: Terms = frozenset()


class Linear(NamedTuple):
    """A constant plus coefficients times scalars. Two forms with the same terms differ by a known constant."""

    constant: int
    terms: Terms = NO_TERMS

    def plus(self, other: Linear, factor: int = 1) -> Linear:
        """This form plus `factor` times another."""
        coefficients = dict(self.terms)
        for value, coefficient in other.terms:
            coefficients[value] = coefficients.get(value, 0) + factor * coefficient
        terms = frozenset(item for item in coefficients.items() if item[1])
        return Linear(self.constant + factor * other.constant, terms)


@dataclass
class Forms:
    """The linear form of every scalar seen so far; a scalar that no rule explains stands for itself."""

    known: dict[Value, Linear]

    def form(self, operand: Operand) -> Linear:
        """The form of an operand."""
        if isinstance(operand, Literal):
            return Linear(int(operand.value))
        return self.known.get(operand) or Linear(0, frozenset({(operand, 1)}))

    def define(self, op: Op) -> None:
        """Learn the form of an op's result; only INDEX arithmetic, which does not wrap, has one."""
        if op.name in _ARITHMETIC and op.result.type == ScalarType(INDEX):
            form = self._result(op)
            if form is not None:
                self.known[op.result] = form

    def _result(self, op: Op) -> Linear | None:
        forms = [self.form(operand) for group in op.operands for operand in group]
        match _ARITHMETIC[op.name], forms:
            case (factor, [left, right]) if factor:
                return left.plus(right, factor)
            case (_, [left, right]) if not left.terms:
                return Linear(0).plus(right, left.constant)
            case (_, [left, right]) if not right.terms:
                return Linear(0).plus(left, right.constant)
            case _:
                return None


_ARITHMETIC: Mapping[str, int] = {"scalar.add": 1, "scalar.sub": -1, "scalar.mul": 0}
"""The factor that the right operand is added with; 0 for the product, linear where one side is constant."""
