"""What integers are known to be multiples of: enough to prove a run-time offset aligned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import gcd

from ptodsl.ir.nodes import For, Function, Literal, Op, Operand, Value
from ptodsl.ir.rewrite import walk

_RULES: dict[str, Callable[[int, int], int]] = {
    "scalar.add": gcd,
    "scalar.sub": gcd,
    "scalar.min": gcd,
    "scalar.max": gcd,
    "scalar.mul": lambda left, right: left * right,
}


@dataclass
class Multiples:
    """The integers of one function, and how they come about."""

    _makers: dict[Value, Op | For] = field(default_factory=dict[Value, "Op | For"])
    _known: dict[Value, int] = field(default_factory=dict[Value, int])

    @classmethod
    def of(cls, function: Function) -> Multiples:
        """The integers of a function."""
        multiples = cls()
        for statement in walk(function.body):
            if isinstance(statement, For):
                multiples._makers[statement.index] = statement
            elif isinstance(statement, Op):
                multiples._makers.update((value, statement) for value in statement.results)
        return multiples

    def divisor(self, operand: Operand) -> int:
        """A number that an integer is always a multiple of; 0 for one that is always 0."""
        if isinstance(operand, Literal):
            return abs(int(operand.value))
        if operand not in self._known:
            self._known[operand] = 1
            self._known[operand] = self._derived(operand)
        return self._known[operand]

    def divides(self, number: int, operand: Operand) -> bool:
        """Whether an integer is known to be a multiple of a number."""
        return self.divisor(operand) % number == 0

    def _derived(self, value: Value) -> int:
        match self._makers.get(value):
            case For(start=start, step=step):
                return gcd(self.divisor(start), self.divisor(step))
            case Op(name="scalar.cast", operands=((source,),)):
                return self.divisor(source)
            case Op(name=name, operands=((left,), (right,))) if name in _RULES:
                return _RULES[name](self.divisor(left), self.divisor(right))
            case _:
                return 1
