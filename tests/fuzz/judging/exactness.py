"""Which tensors of a program two executions must agree on to the bit, whatever has been done to its text.

What an inexact op gives is inexact, and so is everything that is computed of it or stored over by it; where such a
number decides an offset, a branch or a bound, nothing is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ptodsl.ir.nodes import Block, Call, For, Function, If, Op, Operand, Program, Return, Statement, Value
from ptodsl.ir.rewrite import operands_of, walk, yielded
from ptodsl.ir.types import ScalarType, TensorType
from ptodsl.ops.row import Effect, Family
from ptodsl.ops.table import row_of


@dataclass
class Taint:
    """The values of a program that are inexact; `products_are_exact` where all that is multiplied is whole numbers."""

    program: Program
    products_are_exact: bool
    values: set[Value] = field(default_factory=set[Value])
    """Tiles and scalars; a tensor is among them with all the names that its buffer has in that function."""

    def __post_init__(self) -> None:
        size = -1
        while size < len(self.values):
            size = len(self.values)
            for function in self.program.functions:
                self._block(function.body)

    def decides(self) -> bool:
        """Whether a branch, a bound, a place or an extent may differ."""
        statements = [one for function in self.program.functions for one in walk(function.body)]
        return any(
            isinstance(operand, Value) and isinstance(operand.type, ScalarType) and operand in self.values
            for one in statements
            for operand in operands_of(one)
        )

    def _block(self, block: Block) -> None:
        for statement in walk(block):
            match statement:
                case Op():
                    self._op(statement)
                case Call():
                    callee = self.program.function(statement.callee)
                    parameters = [one.value for one in callee.parameters]
                    self._same(zip(parameters, statement.arguments, strict=True))
                case For():
                    self._same(zip(statement.carried, statement.initial, strict=True))
                    self._same(zip(statement.carried, yielded(statement.body), strict=True))
                    self._same(zip(statement.results, statement.carried, strict=True))
                case If():
                    for branch in (statement.then, statement.orelse):
                        self._same(zip(statement.results, yielded(branch), strict=True))
                case _:
                    pass

    def _op(self, op: Op) -> None:
        row = row_of(op)
        reads = [one for one in operands_of(op) if isinstance(one, Value)]
        inexact = not row.numerics.exact and not (self.products_are_exact and row.family is Family.MATRIX)
        if inexact or any(one in self.values for one in reads):
            self.values.update(op.results)
            for operand, group in zip(row.operands, op.operands, strict=True):
                if operand.effect is Effect.WRITE:
                    self.values.update(one for one in group if isinstance(one, Value))
        if row.view_of:
            (source,) = op.operands[row.operand_index(row.view_of)]
            self._same((result, source) for result in op.results)

    def _same(self, pairs: Iterable[tuple[Value, Operand]]) -> None:
        """Each pair is inexact together: what is stored to one name of a tensor is stored to the other."""
        for one, other in pairs:
            if isinstance(other, Value) and ((other in self.values) or (one in self.values and _is_tensor(one))):
                self.values.update((one, other))


def _is_tensor(value: Value) -> bool:
    return isinstance(value.type, TensorType)


def exact_arrays(program: Program, *, products_are_exact: bool) -> list[bool]:
    """For each result of the entry, then each tensor parameter: whether its bits must agree."""
    taint = Taint(program, products_are_exact)
    entry: Function = program.entry
    last: Statement = entry.body.statements[-1]
    assert isinstance(last, Return)
    handles = [*last.values, *(one.value for one in entry.tensors)]
    decides = taint.decides()
    return [not decides and handle not in taint.values for handle in handles]
