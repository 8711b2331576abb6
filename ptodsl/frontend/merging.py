"""Where two paths meet: one value for a name that each path gave its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ptodsl.errors.names import BranchesAssignConstants, Unsupported
from ptodsl.frontend import literals
from ptodsl.frontend.entities import Argument, Constant, Entity, Items, describe, fits, items_of, number_of, poison
from ptodsl.frontend.state import State
from ptodsl.ir import types
from ptodsl.ir.nodes import Block, If, Operand, Statement, Value, Yield
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType, TileType, Type
from ptodsl.ops.row import OperandKind
from ptodsl.ops.site import type_of


def joined(left: Type, right: Type) -> Type:
    """The type of a value that has one type on each path; the first where they disagree, which is reported later."""
    if isinstance(left, ErrorType):
        return right
    if not isinstance(left, TileType) or not isinstance(right, TileType):
        return left
    if (left.shape, left.dtype) != (right.shape, right.dtype):
        return left
    rows, columns = (_joined_extent(*pair) for pair in zip(left.valid, right.valid, strict=True))
    return replace(left, valid=(rows, columns), memory=left.memory if left.memory is right.memory else None)


def _joined_extent(left: types.Extent, right: types.Extent) -> types.Extent:
    return left if left == right else None


def same(left: Entity, right: Entity) -> bool:
    """Whether two paths leave a name with one and the same entity."""
    if left is right:
        return True
    match left, right:
        case Constant(value=first), Constant(value=second):
            return type(first) is type(second) and (first is second or _equal(first, second))
        case Items(items=first), Items(items=second):
            return len(first) == len(second) and all(map(same, first, second))
        case _:
            return False


def _equal(first: object, second: object) -> bool:
    """Whether Python says so; an array does not, nor may the class of a user's object."""
    try:
        return bool(first == second)
    except Exception:
        return False


@dataclass
class Merge:
    """Collects what two paths yield and what results from it."""

    state: State
    span: Span
    left: list[Operand] = field(default_factory=list[Operand])
    right: list[Operand] = field(default_factory=list[Operand])
    results: list[Value] = field(default_factory=list[Value])

    def entity(self, name: str, left: Entity, right: Entity) -> Entity:
        """What the name is after the paths meet."""
        if same(left, right):
            return left
        first, second = items_of(left), items_of(right)
        if first is not None and second is not None and len(first) == len(second):
            return Items(tuple(self.entity(name, *pair) for pair in zip(first, second, strict=True)))
        if _is_value(left) and _is_value(right):
            return self._value(name, left, right)
        self.state.report(BranchesAssignConstants, self.span, name=name, left=describe(left), right=describe(right))
        return poison(self.span, name)

    def _value(self, name: str, left: Entity, right: Entity) -> Value:
        first, second = Argument(left, self.span), Argument(right, self.span)
        user = f"`{name}`"
        self.left.append(literals.operand(self.state, first, literals.scalar_dtype(second), user))
        self.right.append(literals.operand(self.state, second, literals.scalar_dtype(first), user))
        result = Value(name, joined(type_of(self.left[-1]), type_of(self.right[-1])), self.span)
        self.results.append(result)
        return result


def _is_value(entity: Entity) -> bool:
    return not isinstance(entity, (Constant, Items)) or number_of(entity) is not None


def branch(merge: Merge, condition: Operand, then: Sequence[Statement], orelse: Sequence[Statement]) -> None:
    """Emit the `If` that a merge belongs to, unless it would do nothing."""
    if not then and not orelse and not merge.results:
        return
    left = Block((*then, Yield(tuple(merge.left), merge.span)))
    right = Block((*orelse, Yield(tuple(merge.right), merge.span)))
    merge.state.builder.emit(If(condition, left, right, tuple(merge.results), merge.span))


def conditional(
    state: State,
    condition: Operand,
    then: tuple[Sequence[Statement], Argument],
    orelse: tuple[Sequence[Statement], Argument],
    span: Span,
    label: str,
) -> Entity:
    """`a if c else b`, of scalars."""
    for _, argument in (then, orelse):
        if not fits(argument.entity, OperandKind.SCALAR):
            raise state.fail(
                Unsupported,
                argument.span,
                what=f"a conditional expression of {describe(argument.entity)}",
                instead="write `if` and `else` with an assignment in each",
            )
    merge = Merge(state, span)
    result = merge.entity(label, then[1].entity, orelse[1].entity)
    branch(merge, condition, then[0], orelse[0])
    return result
