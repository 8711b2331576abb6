"""What an expression can be while a function is compiled."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from typing_extensions import assert_never

from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import Literal, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.ops.row import OperandKind


@dataclass(frozen=True, slots=True)
class Constant:
    """A Python object that is known at compile time: a number, a dtype, an enum, a module, a function."""

    value: object


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple or list whose items may be known or not; `spans` says where each is written, if each is."""

    items: tuple[Entity, ...]
    spans: tuple[Span, ...] = ()


Entity: TypeAlias = Value | Literal | Constant | Items
Number: TypeAlias = int | float | bool


@dataclass(frozen=True, slots=True)
class Argument:
    """An entity and the place in the source that it stands at."""

    entity: Entity
    span: Span


def poison(span: Span, name: str = "") -> Value:
    """What stands for an expression that is in error: it agrees with everything."""
    return Value(name, ErrorType(), span)


MOST_BITS = 512
"""Of an integer at compile time: nothing in a program can hold more than 64, and Python takes any number."""


def number_of(entity: Entity) -> Number | None:
    """The number that an untyped constant is, as Python's own type; None for everything else."""
    if not isinstance(entity, Constant):
        return None
    match entity.value:
        case bool():
            return entity.value
        case int():  # `+` of the base class: a class of the user's may have operators of its own
            return None if is_giant(entity.value) else int.__pos__(entity.value)
        case float():
            return float.__pos__(entity.value)
        case numbers.Integral():
            return int(entity.value)
        case numbers.Real():
            return float(entity.value)
        case _:
            return None


def as_float(number: Number) -> float:
    """The nearest double; an infinity where there is none."""
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


def is_giant(value: object) -> bool:
    """Whether an integer has more bits than one at compile time may have."""
    return isinstance(value, int) and int.bit_length(value) > MOST_BITS


def is_python_none(entity: Entity) -> bool:
    """Whether it is Python's None. An object of the user's is not asked whether it equals it."""
    return isinstance(entity, Constant) and entity.value is None


def represented(value: object) -> str:
    """An object in messages: as Python shows it, where that works."""
    if is_giant(value):
        return f"an integer of more than {MOST_BITS} bits"
    try:
        return repr(value)
    except Exception:  # the class of a user's object may raise anything
        return f"an object of class `{type(value).__name__}`"


def items_of(entity: Entity) -> tuple[Entity, ...] | None:
    """The items of a tuple or list; None where it is not one."""
    match entity:
        case Items():
            return entity.items
        case Constant(value=tuple() | list()):
            return tuple(Constant(item) for item in cast("Sequence[object]", entity.value))
        case _:
            return None


def arguments_of(argument: Argument) -> tuple[Argument, ...] | None:
    """The items of a tuple or list, each where it is written, else where the whole is; None where it is not one."""
    items = items_of(argument.entity)
    if items is None:
        return None
    written = argument.entity.spans if isinstance(argument.entity, Items) else ()
    spans = written or (argument.span,) * len(items)
    return tuple(map(Argument, items, spans))


def kind_of(entity: Entity) -> OperandKind | None:
    """What kind of operand it can be; None where it can be any (an error) or none at all."""
    match entity:
        case Value():
            return _KINDS.get(type(entity.type))
        case Literal():
            return OperandKind.SCALAR
        case Constant():
            return None if number_of(entity) is None else OperandKind.SCALAR
        case Items():
            return None
        case _:
            assert_never(entity)


_KINDS: dict[type, OperandKind] = {
    ScalarType: OperandKind.SCALAR,
    TensorType: OperandKind.TENSOR,
    TileType: OperandKind.TILE,
}


def fits(entity: Entity, kind: OperandKind) -> bool:
    """Whether it can be an operand of a kind."""
    return is_poison(entity) or kind_of(entity) is kind


def is_poison(entity: Entity) -> bool:
    """Whether it stands for an error that is already reported."""
    return isinstance(entity, Value) and isinstance(entity.type, ErrorType)


def describe_type(type_: Type) -> str:
    """A type in words, for messages: what it is, its dtype and its shape."""
    match type_:
        case ScalarType():
            return f"a scalar {spelled(type_)}"
        case TensorType():
            return f"a tensor {spelled(type_)}"
        case TileType():
            return f"a tile {spelled(type_)}"
        case ErrorType():
            return "an error"
        case _:
            assert_never(type_)


def spelled(type_: ScalarType | TensorType | TileType) -> str:
    """A dtype, with the shape of a tile or tensor: `FP32[16, 64]`."""
    return str(type_.dtype) if isinstance(type_, ScalarType) else f"{type_.dtype}{list(type_.shape)}"


def describe(entity: Entity) -> str:
    """An entity in words, for messages."""
    match entity:
        case Value():
            return describe_type(entity.type)
        case Literal():
            return f"the {entity.dtype} {entity.value}"
        case Items():
            return f"{len(entity.items)} items"
        case Constant(value=DType() as dtype):
            return f"the dtype {dtype}"
        case Constant(value=value):
            text = represented(value)
            shown = f"`{text}`" if len(text) <= 40 else f"an object of class `{type(value).__name__}`"
            return text if is_giant(value) else shown
        case _:
            assert_never(entity)
