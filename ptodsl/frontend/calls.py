"""Ops as kernels call them: which row is meant, its operands and its attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ptodsl.errors.names import Misplaced
from ptodsl.frontend import literals
from ptodsl.frontend.attributes import attribute_value, memory_of
from ptodsl.frontend.entities import Argument, Entity, arguments_of
from ptodsl.frontend.matching import Bound, is_none, match
from ptodsl.frontend.state import State
from ptodsl.ir.dtypes import INDEX, DType
from ptodsl.ir.nodes import AttributeValue, FunctionKind, Literal, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType
from ptodsl.ops.row import Arity, Effect, Family, OperandRow, OpRow
from ptodsl.ops.signature import (
    TARGET_MEMORY,
)
from ptodsl.ops.site import type_of
from ptodsl.ops.table import SPELLINGS


def apply(
    state: State,
    spelling: str,
    positional: Sequence[Argument],
    keywords: Mapping[str, Argument],
    span: Span,
    label: str = "",
) -> Entity:
    """The value of `pl.spelling(...)`; raises `Mistake` where no row of that spelling takes the arguments."""
    _check_place(state, spelling, SPELLINGS[spelling], span)
    row, bound = match(state, spelling, _placed_first(state, SPELLINGS[spelling]), positional, keywords, span)
    _check_place(state, spelling, (row,), span)
    return build(state, row, bound, span, spelling, label)


_PLACES: Mapping[FunctionKind, tuple[str, frozenset[Family], str]] = {
    FunctionKind.KERNEL: (
        "a kernel",
        frozenset(Family) - {Family.TENSOR},
        "do it in the orchestration and pass the kernel what it gives; shapes are known here as `a.shape`",
    ),
    FunctionKind.ORCHESTRATION: (
        "an orchestration",
        frozenset({Family.TENSOR, Family.SCALAR}),
        "an orchestration submits kernels: move it into a function of `type=pl.FunctionType.InCore`",
    ),
}
"""What may stand in each kind of function, and the remedy for what may not: tensors as a whole are an orchestration's
matter, tiles a kernel's, scalars both's."""


def _placed_first(state: State, rows: Sequence[OpRow]) -> Sequence[OpRow]:
    """Rows in the order that they are tried in: what is already known to be wrong fits all, and blames none."""
    _, families, _ = _PLACES[state.kind]
    return sorted(rows, key=lambda row: row.family not in families)


def _check_place(state: State, spelling: str, rows: tuple[OpRow, ...], span: Span) -> None:
    place, families, how = _PLACES[state.kind]
    if not any(row.family in families for row in rows):
        raise state.fail(Misplaced, span, name=f"pl.{spelling}", place=place, how=how)


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
    if argument is None or is_none(operand, argument):
        return ()
    if operand.arity is not Arity.MANY:
        return (argument,)
    return arguments_of(argument) or ()


def _like(operand: OperandRow, bound: Bound, attributes: Mapping[str, AttributeValue]) -> DType | None:
    """The dtype that a literal takes at an operand: offsets and extents are INDEX."""
    if operand.arity is Arity.MANY:
        return INDEX
    named = attributes.get(operand.like)
    if isinstance(named, DType):
        return named
    other = bound.get(operand.like)
    if other is None or not isinstance(other.entity, (Value, Literal)):
        return None
    type_ = type_of(other.entity)
    return None if isinstance(type_, ErrorType) else type_.dtype
