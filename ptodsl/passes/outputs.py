"""What is known of a function's tensors: directions, the buffers behind names, what is returned, what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ptodsl.ir.boxes import forms_of
from ptodsl.ir.effects import effects
from ptodsl.ir.handles import Handles, handles_of
from ptodsl.ir.nodes import Direction, Function, Op, Operand, Program, Return, Value
from ptodsl.ir.rewrite import operands_of, walk
from ptodsl.passes.conditions import Conditions
from ptodsl.passes.stored import Stores, Way


@dataclass(frozen=True)
class Outputs:
    """The tensors of one function, each fact worked out when it is first asked for."""

    function: Function
    program: Program

    @cached_property
    def directions(self) -> Mapping[Value, Direction]:
        """What the body does to each tensor parameter."""
        return effects(self.function, self.program)

    @cached_property
    def handles(self) -> Handles:
        """The buffers that each tensor may be."""
        return handles_of(self.function, forms_of(self.function))

    @cached_property
    def parameters(self) -> frozenset[Value]:
        """The tensors that are its caller's."""
        return frozenset(parameter.value for parameter in self.function.tensors)

    @cached_property
    def created(self) -> frozenset[Value]:
        """The tensors that it makes."""
        ops = (statement for statement in walk(self.function.body) if isinstance(statement, Op))
        return frozenset(op.result for op in ops if op.name == "create_tensor")

    @cached_property
    def uses(self) -> Counter[Operand]:
        """How often each value is read."""
        return Counter(operand for statement in walk(self.function.body) for operand in operands_of(statement))

    @cached_property
    def last(self) -> Return:
        """Its `return`."""
        last = self.function.body.statements[-1]
        assert isinstance(last, Return)
        return last

    @cached_property
    def unstored(self) -> Mapping[Value, Way | None]:
        """For each tensor parameter, a way through the body on which nothing stores to it."""
        conditions = Conditions(self.function)
        stores = {value: Stores(conditions, self.handles, value) for value in self.parameters}
        return {value: stored.missing(self.function.body) for value, stored in stores.items()}

    def roots(self, tensor: Value) -> list[Value]:
        """The buffers that a tensor may be, in the order of the text; none for what is no tensor."""
        found = {handle.root for handle in self.handles.get(tensor, ())}
        return sorted(found, key=lambda root: (root.span.line, root.span.column, root.name))
