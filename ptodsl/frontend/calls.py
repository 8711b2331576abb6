"""Ops as kernels call them: which row is meant, its operands and its attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ptodsl.errors.names import ArgumentMissing, ArgumentUnexpected, Misplaced
from ptodsl.errors.types import OperandKindWrong
from ptodsl.frontend import literals
from ptodsl.frontend.attributes import attribute_value, memory_of
from ptodsl.frontend.entities import Argument, Constant, Entity, Items, describe, fits, items_of
from ptodsl.frontend.state import Mistake, State
from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import AttributeValue, FunctionKind, Literal, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType
from ptodsl.language.enums import MemorySpace
from ptodsl.ops.row import Arity, Effect, Family, OperandKind, OperandRow, OpRow
from ptodsl.ops.signature import (
    TARGET_MEMORY,
    Form,
    forms_of,
    keyword_of,
    name_of,
    signature_text,
    takes_rest,
)
from ptodsl.ops.site import type_of
from ptodsl.ops.table import SPELLINGS

Bound: TypeAlias = Mapping[str, Argument]
"""Arguments by the IR name of their parameter."""


@dataclass(frozen=True)
class Misfit:
    """Why arguments do not fit a form."""

    mistake: Mistake
    far: int
    """How far the match got: the message shows the one that got farthest."""


def apply(
    state: State,
    spelling: str,
    positional: Sequence[Argument],
    keywords: Mapping[str, Argument],
    span: Span,
    label: str = "",
) -> Entity:
    """The value of `pl.spelling(...)`; raises `Mistake` where no row of that spelling takes the arguments."""
    rows = SPELLINGS[spelling]
    call = _Call(state, spelling, rows, span)
    misfits: list[Misfit] = []
    for row in rows:
        for form in forms_of(row):
            bound = call.bind(form, positional, keywords)
            if not isinstance(bound, Misfit):
                _check_place(state, spelling, row, span)
                return build(state, row, bound, span, spelling, label)
            misfits.append(bound)
    raise max(misfits, key=lambda misfit: misfit.far).mistake


@dataclass(frozen=True)
class _Call:
    """One call while its arguments are matched with forms."""

    state: State
    spelling: str
    rows: tuple[OpRow, ...]
    span: Span

    @property
    def signature(self) -> str:
        return f"its parameters are {signature_text(self.spelling, self.rows)}"

    def bind(self, form: Form, positional: Sequence[Argument], keywords: Mapping[str, Argument]) -> Bound | Misfit:
        """Each argument at its parameter, kinds compared."""
        positional, memory = _apart(form, positional)
        bound: dict[str, Argument] = {}
        if memory is not None:
            bound[TARGET_MEMORY] = memory
        if form.positional and len(positional) >= len(form.positional) and takes_rest(form.row, form.positional[-1]):
            positional = _gathered(positional, len(form.positional))
        for parameter, argument in zip(form.positional, positional):
            bound[name_of(parameter)] = argument
        if len(positional) > len(form.positional):
            extra = positional[len(form.positional)]
            problem = f"takes {_count(len(form.positional))} by position, this gives {len(positional)}"
            return self._unexpected(form, problem, extra.span, bound)
        for keyword, argument in keywords.items():
            named = form.named(keyword)
            if named is None or name_of(named) in bound:
                problem = f"has no parameter `{keyword}`" if named is None else f"got `{keyword}` twice"
                return self._unexpected(form, problem, argument.span, bound)
            bound[name_of(named)] = argument
        return self._complete(form, bound)

    def _complete(self, form: Form, bound: dict[str, Argument]) -> Bound | Misfit:
        wrong = self._wrong_kind(form, bound)
        if wrong is not None:
            return wrong
        for parameter in form.parameters:
            if form.requires(parameter) and name_of(parameter) not in bound:
                mistake = self.state.fail(
                    ArgumentMissing,
                    self.span,
                    callee=f"pl.{self.spelling}",
                    parameter=keyword_of(parameter),
                    signature=self.signature,
                )
                return Misfit(mistake, 100 + len(bound))
        return bound

    def _wrong_kind(self, form: Form, bound: Bound) -> Misfit | None:
        for index, parameter in enumerate(form.parameters):
            argument = bound.get(name_of(parameter))
            if isinstance(parameter, OperandRow) and argument is not None and not _kind_fits(parameter, argument):
                return Misfit(self._kind_mistake(parameter, argument), 200 + index)
        return None

    def _kind_mistake(self, parameter: OperandRow, argument: Argument) -> Mistake:
        needed = "a list of scalars" if parameter.arity is Arity.MANY else parameter.kind.value
        return self.state.fail(
            OperandKindWrong,
            argument.span,
            op=f"pl.{self.spelling}",
            needed=needed,
            operand=keyword_of(parameter),
            given=_offending(parameter, argument.entity),
            how=_conversion(parameter, argument, self.signature),
        )

    def _unexpected(self, form: Form, problem: str, span: Span, bound: Bound) -> Misfit:
        mistake = self.state.fail(
            ArgumentUnexpected, span, callee=f"pl.{self.spelling}", problem=problem, signature=self.signature
        )
        return Misfit(mistake, len(bound) if self._wrong_kind(form, bound) is None else 0)


def _apart(form: Form, positional: Sequence[Argument]) -> tuple[Sequence[Argument], Argument | None]:
    """Without a memory among the positional arguments: PyPTO's versions differ in where it stands."""
    if not form.row.places:
        return positional, None
    memories = [argument for argument in positional if _is_memory(argument)]
    if len(memories) != 1:
        return positional, None
    return [argument for argument in positional if not _is_memory(argument)], memories[0]


def _count(arguments: int) -> str:
    return f"{arguments} argument{'' if arguments == 1 else 's'}"


def _is_memory(argument: Argument) -> bool:
    return isinstance(argument.entity, Constant) and isinstance(argument.entity.value, MemorySpace)


def _gathered(positional: Sequence[Argument], count: int) -> Sequence[Argument]:
    """The arguments from the last parameter on as one list, unless they are written as one."""
    first, rest = positional[: count - 1], positional[count - 1 :]
    if len(rest) == 1 and items_of(rest[0].entity) is not None:
        return positional
    items = Items(tuple(argument.entity for argument in rest))
    return [*first, Argument(items, rest[0].span.to(rest[-1].span))]


def _kind_fits(parameter: OperandRow, argument: Argument) -> bool:
    if parameter.arity is not Arity.MANY:
        return fits(argument.entity, parameter.kind) or _is_none(parameter, argument)
    items = items_of(argument.entity)
    return (items is not None and all(fits(item, parameter.kind) for item in items)) or _is_none(parameter, argument)


def _is_none(parameter: OperandRow, argument: Argument) -> bool:
    """Whether an argument that may be left out is left out by writing None."""
    return parameter.arity is not Arity.ONE and argument.entity == Constant(None)


def _offending(parameter: OperandRow, entity: Entity) -> str:
    """What does not fit, in words: for a list the item."""
    items = items_of(entity) if parameter.arity is Arity.MANY else None
    return next((describe(item) for item in items or () if not fits(item, parameter.kind)), describe(entity))


def _conversion(parameter: OperandRow, argument: Argument, signature: str) -> str:
    if parameter.kind is OperandKind.TILE and fits(argument.entity, OperandKind.TENSOR):
        return "load it first: `pl.load(tensor, [0, 0], [rows, columns])`"
    return signature


def _check_place(state: State, spelling: str, row: OpRow, span: Span) -> None:
    """Tensors as a whole are an orchestration's matter, tiles a kernel's, scalars both's."""
    if row.family is Family.SCALAR:
        return
    if row.family is Family.TENSOR and state.kind is FunctionKind.KERNEL:
        how = "do it in the orchestration and pass the kernel what it gives; shapes are known here as `a.shape`"
        raise state.fail(Misplaced, span, name=f"pl.{spelling}", place="a kernel", how=how)
    if row.family is not Family.TENSOR and state.kind is FunctionKind.ORCHESTRATION:
        how = "an orchestration submits kernels: move it into a function of `type=pl.FunctionType.InCore`"
        raise state.fail(Misplaced, span, name=f"pl.{spelling}", place="an orchestration", how=how)


def build(state: State, row: OpRow, bound: Bound, span: Span, spelling: str, label: str = "") -> Entity:
    """One op of a row: its result, or the tensor that it writes."""
    attributes = _attributes(state, row, bound, spelling)
    groups = _groups(state, row, bound, attributes, spelling)
    memory = memory_of(state, bound.get(TARGET_MEMORY), spelling)
    written = next((index for index, operand in enumerate(row.operands) if operand.effect is Effect.WRITE), None)
    if written is None:
        return state.builder.op(row.name, groups, attributes, span, label=label, memory=memory)
    state.builder.effect(row.name, groups, attributes, span)
    return groups[written][0]


def _attributes(state: State, row: OpRow, bound: Bound, spelling: str) -> dict[str, AttributeValue]:
    values: dict[str, AttributeValue] = {}
    for attribute in row.attributes:
        argument = bound.get(attribute.name)
        value = None if argument is None else attribute_value(state, attribute, argument, spelling)
        if value is not None and (attribute.required or value != attribute.default):
            values[attribute.name] = value
    return values


def _groups(
    state: State, row: OpRow, bound: Bound, attributes: Mapping[str, AttributeValue], spelling: str
) -> tuple[tuple[Operand, ...], ...]:
    return tuple(
        tuple(
            literals.operand(state, item, _like(operand, bound, attributes), f"`pl.{spelling}`")
            for item in _items(operand, bound)
        )
        for operand in row.operands
    )


def _items(operand: OperandRow, bound: Bound) -> tuple[Argument, ...]:
    """The arguments of an operand's group."""
    argument = bound.get(operand.name)
    if argument is None or _is_none(operand, argument):
        return ()
    if operand.arity is not Arity.MANY:
        return (argument,)
    return tuple(Argument(item, argument.span) for item in items_of(argument.entity) or ())


def _like(operand: OperandRow, bound: Bound, attributes: Mapping[str, AttributeValue]) -> DType | None:
    """The dtype that a literal takes at an operand."""
    named = attributes.get(operand.like)
    if isinstance(named, DType):
        return named
    other = bound.get(operand.like)
    if other is None or not isinstance(other.entity, (Value, Literal)):
        return None
    type_ = type_of(other.entity)
    return None if isinstance(type_, ErrorType) else type_.dtype
