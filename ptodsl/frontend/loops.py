"""`for i in pl.range(...)`, with the values that it carries."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from typing_extensions import assert_never

from ptodsl.errors.names import BranchesAssignConstants, CountsDiffer
from ptodsl.frontend import literals, usage
from ptodsl.frontend.branches import Body
from ptodsl.frontend.entities import Argument, Entity, Items, describe, is_poison, kind_of, poison
from ptodsl.frontend.loop_head import Head, loop_head
from ptodsl.frontend.merging import joined, same
from ptodsl.frontend.scope import Binding, Missing, Path
from ptodsl.frontend.state import State
from ptodsl.ir.dtypes import BOOL, INDEX
from ptodsl.ir.nodes import Block, For, Literal, Operand, Statement, Value, Yield
from ptodsl.ir.rewrite import results_of, walk
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.ops.site import type_of


@dataclass(frozen=True)
class Carry:
    """One value that goes from iteration to iteration; `value` is None for a tensor that is taken not to change."""

    name: str
    initial: Operand
    value: Value | None
    position: int | None
    """Its place in `init_values`, where it is written there."""


@dataclass(frozen=True)
class Iteration:
    """The body, lowered once under some assumption about what it carries."""

    index: Value
    carries: tuple[Carry, ...]
    statements: list[Statement]
    bound: Mapping[str, Binding]
    yielded: tuple[Argument, ...]
    span: Span

    def own(self) -> frozenset[Value]:
        """The values that exist only inside the loop."""
        carried = (carry.value for carry in self.carries if carry.value is not None)
        made = (value for statement in walk(Block(tuple(self.statements))) for value in results_of(statement))
        return frozenset((self.index, *carried, *made))

    def final(self, carry: Carry) -> Entity:
        """What a carry is at the end of an iteration."""
        if carry.position is not None and carry.position < len(self.yielded):
            return self.yielded[carry.position].entity
        binding = self.bound.get(carry.name, carry.value or carry.initial)
        return poison(self.span, carry.name) if isinstance(binding, Missing) else binding


def lower(state: State, node: ast.For, body: Body) -> None:
    """A loop."""
    head = loop_head(state, node)
    loop = _Loop(state, node, head, body)
    if head.trips == 1 and not head.explicit:
        loop.unfold()
    else:
        loop.lower()


class _Loop:
    def __init__(self, state: State, node: ast.For, head: Head, body: Body) -> None:
        self._state = state
        self._node = node
        self._head = head
        self._body = body
        self._span = state.span(node.target).to(state.span(node.iter))
        targets = _yield_targets(node)
        self._results = targets if len(targets) == len(head.explicit) else list(head.explicit)

    def lower(self) -> None:
        """Lower the body until what it is assumed to carry holds.

        Assumptions only widen (a valid extent becomes run-time, a tensor turns out to be carried), so this ends.
        """
        mark = self._state.mark()
        carries = (*self._written(), *self._implied())
        iteration = self._iterate(carries)
        while (revised := tuple(_revised(carry, iteration.final(carry)) for carry in carries)) != carries:
            carries = revised
            self._state.withdraw(mark)
            iteration = self._iterate(carries)
        self._emit(iteration)

    def unfold(self) -> None:
        """A loop that surely runs once: its body, the index being where it starts."""
        scope, span = self._state.scope, self._state.span(self._node.target)
        start = literals.literal(self._state, _number(self._head.bounds[0]), INDEX, span)
        scope.bind(self._head.index, start)
        self._state.yielded.append(None)
        self._body(self._state, self._node.body)
        self._state.yielded.pop()
        scope.bind(self._head.index, self._missing("has ended"))

    def _written(self) -> tuple[Carry, ...]:
        """The carries of `init_values`."""
        pairs = zip(self._head.explicit, self._head.initial, strict=True)
        return tuple(self._carry(name, initial, position) for position, (name, initial) in enumerate(pairs))

    def _implied(self) -> tuple[Carry, ...]:
        """The outer names that the body assigns again."""
        reads = usage.read(self._node.body)
        own = {self._head.index, *self._head.explicit, *(set(self._results) - reads if self._head.explicit else ())}
        found: list[Carry] = []
        for name in usage.assigned(self._node.body):
            outer = self._state.scope.get(name)
            if name not in own and outer is not None and not isinstance(outer, Missing) and _is_operand(outer):
                found.append(self._carry(name, Argument(outer, self._span), None))
        return tuple(found)

    def _carry(self, name: str, initial: Argument, position: int | None) -> Carry:
        operand = literals.operand(self._state, initial, None, f"`{name}`")
        type_ = type_of(operand)
        value = None if isinstance(type_, TensorType) else Value(name, type_, self._span)
        return Carry(name, operand, value, position)

    def _iterate(self, carries: tuple[Carry, ...]) -> Iteration:
        """The body, with carries bound as they are assumed."""
        state = self._state
        index = Value(self._head.index, ScalarType(INDEX), state.span(self._node.target))
        state.yielded.append(None)
        state.carried.append(frozenset(carry.name for carry in carries))
        with state.scope.branch() as bound, state.builder.block() as statements:
            for carry in carries:
                state.scope.bind(carry.name, carry.value or carry.initial)
            state.scope.bind(self._head.index, index)
            self._body(state, self._node.body)
        yielded = state.yielded.pop()
        state.carried.pop()
        return Iteration(index, carries, statements, bound, self._checked(yielded), self._span)

    def _checked(self, yielded: tuple[Argument, ...] | None) -> tuple[Argument, ...]:
        """The values of `pl.yield_`, as many as `init_values` has."""
        count, values = len(self._head.explicit), yielded or ()
        if count and len(values) != count:
            how = f"end the body with `{', '.join(self._head.explicit)} = pl.yield_(...)` of {count} values"
            self._state.report(
                CountsDiffer,
                self._span,
                names=f"{count} `init_values`",
                values=f"{len(values)} yielded values",
                how=how,
            )
        return values if count else ()

    def _emit(self, iteration: Iteration) -> None:
        """The loop, and what names are after it."""
        escaping = self._escaping(iteration)
        carried = [carry for carry in (*iteration.carries, *escaping) if carry.value is not None]
        final = tuple(self._operand(iteration.final(carry), carry) for carry in carried)
        results = tuple(Value(carry.name, _value(carry).type, self._span) for carry in carried)
        statements = (*iteration.statements, Yield(final, self._span))
        self._state.builder.emit(
            For(
                iteration.index,
                *self._head.bounds,
                tuple(_value(carry) for carry in carried),
                tuple(carry.initial for carry in carried),
                Block(statements),
                results,
                self._span,
            )
        )
        self._bind_after(iteration, dict(zip((_key(carry) for carry in carried), results, strict=True)))

    def _operand(self, entity: Entity, carry: Carry) -> Operand:
        type_ = _value(carry).type
        like = type_.dtype if isinstance(type_, ScalarType) else None
        return literals.operand(self._state, Argument(entity, self._span), like, f"`{carry.name}`")

    def _escaping(self, iteration: Iteration) -> tuple[Carry, ...]:
        """Carries for names that the body assigns first, to values of its own, and something after the loop reads."""
        if not self._head.trips:
            return ()
        own = iteration.own()
        known = {carry.name for carry in iteration.carries} | {self._head.index, *self._results}
        return tuple(
            carry
            for name, binding in iteration.bound.items()
            if isinstance(binding, Value) and binding in own and name not in known and self._escapes(name)
            for carry in self._undefined_before(name, binding.type)
        )

    def _escapes(self, name: str) -> bool:
        """Whether something after the loop reads a name that some path to the loop does not assign."""
        outer = self._state.scope.get(name)
        return (outer is None or isinstance(outer, Missing)) and self._state.is_read_after(self._node, name)

    def _undefined_before(self, name: str, type_: Type) -> list[Carry]:
        """A carry whose initial value nothing reads."""
        match type_:
            case TileType() | TensorType():
                initial = self._state.builder.create(type_, self._span, name)
            case ScalarType(dtype=dtype):
                nothing = False if dtype is BOOL else 0
                initial = literals.literal(self._state, nothing, dtype, self._span)
            case ErrorType():
                return []
            case _:
                assert_never(type_)
        return [Carry(name, initial, Value(name, type_, self._span), None)]

    def _bind_after(self, iteration: Iteration, results: Mapping[tuple[str, int | None], Value]) -> None:
        scope = self._state.scope
        known = {carry.name for carry in iteration.carries}
        if self._head.explicit:
            known.update(self._results)
        for name, binding in iteration.bound.items():
            if (name, None) in results:
                scope.bind(name, results[name, None])
            elif name in (self._head.index, *self._head.explicit):
                scope.bind(name, self._missing("has ended"))
            elif name not in known:
                scope.bind(name, self._left(name, scope.get(name), binding))
        for carry in iteration.carries:
            if carry.position is not None:
                result = results.get(_key(carry), carry.initial)
                scope.bind(self._results[carry.position], result)

    def _left(self, name: str, outer: Binding | None, inner: Binding) -> Binding:
        """What a name that is not carried is after the loop."""
        if outer is None or isinstance(outer, Missing):
            if not self._head.trips:
                return outer or self._missing("runs no iteration")
            return self._missing("has ended") if isinstance(inner, Items) else inner
        if not isinstance(inner, Missing) and not same(outer, inner):
            self._state.report(
                BranchesAssignConstants, self._span, name=name, left=describe(outer), right=describe(inner)
            )
        return outer

    def _missing(self, event: str) -> Missing:
        return Missing((Path(event=f"the loop on line {self._node.lineno} {event}", place=self._span),))


def _key(carry: Carry) -> tuple[str, int | None]:
    return carry.name, carry.position


def _value(carry: Carry) -> Value:
    assert carry.value is not None
    return carry.value


def _number(bound: Operand) -> int:
    assert isinstance(bound, Literal)
    return int(bound.value)


def _is_operand(entity: Entity) -> bool:
    return is_poison(entity) or kind_of(entity) is not None


def _revised(carry: Carry, final: Entity) -> Carry:
    """The carry that an iteration which ends so would have needed."""
    if carry.value is None:
        if same(final, carry.initial):
            return carry
        return replace(carry, value=Value(carry.name, type_of(carry.initial), carry.initial.span))
    if not isinstance(final, (Value, Literal)):
        return carry
    type_ = joined(carry.value.type, type_of(final))
    return carry if type_ == carry.value.type else replace(carry, value=replace(carry.value, type=type_))


def _yield_targets(node: ast.For) -> list[str]:
    """The names that the last statement of a body binds to what it yields."""
    match node.body[-1]:
        case ast.Assign(targets=[target], value=ast.Call()) | ast.AnnAssign(target=target, value=ast.Call()):
            return usage.target_names(target)
        case _:
            return []
