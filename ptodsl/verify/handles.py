"""Which tensor parameter a handle stands for."""

from __future__ import annotations

from dataclasses import dataclass, field

from ptodsl.ir.nodes import Block, For, Function, If, Operand, Value, Yield
from ptodsl.ir.rewrite import walk
from ptodsl.ir.types import TensorType


def yielded(block: Block) -> tuple[Operand, ...]:
    """The values that a nested block ends with; none where it has no Yield."""
    last = block.statements[-1] if block.statements else None
    return last.values if isinstance(last, Yield) else ()


@dataclass
class Handles:
    """Sets of tensor values that may be one buffer; each is called by one member, its root.

    A loop or a branch that carries handles joins them: where two parameters meet, the two count as one buffer.
    """

    _parents: dict[Value, Value] = field(default_factory=dict[Value, Value])

    @classmethod
    def of(cls, function: Function) -> Handles:
        """The handles of a function."""
        handles = cls()
        for statement in walk(function.body):
            if isinstance(statement, For):
                handles._join(statement.results, statement.carried)
                handles._join(statement.carried, statement.initial)
                handles._join(statement.carried, yielded(statement.body))
            elif isinstance(statement, If):
                handles._join(statement.results, yielded(statement.then))
                handles._join(statement.results, yielded(statement.orelse))
        return handles

    def root(self, value: Value) -> Value:
        """The member that stands for the set of a handle."""
        while value in self._parents:
            value = self._parents[value]
        return value

    def _join(self, values: tuple[Value, ...], others: tuple[Operand, ...]) -> None:
        for value, other in zip(values, others, strict=True):
            if isinstance(other, Value) and isinstance(value.type, TensorType):
                child, parent = self.root(value), self.root(other)
                if child is not parent:
                    self._parents[child] = parent
