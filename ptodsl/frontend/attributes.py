"""Compile-time arguments of ops."""

from __future__ import annotations

import enum

from typing_extensions import assert_never

from ptodsl.errors.names import ArgumentRefused, NotCompileTime
from ptodsl.frontend.entities import (
    Argument,
    Constant,
    Entity,
    Items,
    as_float,
    describe,
    is_poison,
    is_python_none,
    items_of,
    number_of,
)
from ptodsl.frontend.state import Mistake, State
from ptodsl.ir.dtypes import DType
from ptodsl.ir.hardware import Memory
from ptodsl.ir.nodes import AttributeValue, Literal, Value
from ptodsl.language.enums import MemorySpace
from ptodsl.ops.row import AttributeKind, AttributeRow
from ptodsl.ops.signature import TARGET_MEMORY, keyword_of, signature_text
from ptodsl.ops.table import SPELLINGS

_NEEDED = {
    AttributeKind.SHAPE: "a list of ints",
    AttributeKind.DTYPE: "a dtype, e.g. `pl.FP32`",
    AttributeKind.WORD: "one of {words}",
    AttributeKind.FLAG: "True or False",
    AttributeKind.INT: "an int",
    AttributeKind.NUMBER: "a number or one of {words}",
}


def attribute_value(state: State, row: AttributeRow, argument: Argument, spelling: str) -> AttributeValue | None:
    """The value of an attribute; None where the user wrote None. Raises `Mistake` where it is of the wrong kind."""
    if is_python_none(argument.entity) and not row.required:
        return None
    value = _converted(row, argument.entity)
    if value is None:
        needed = _NEEDED[row.kind].format(words=", ".join(f'"{word}"' for word in row.words))
        raise _refused(state, argument, spelling, keyword_of(row), needed)
    return value


def memory_of(state: State, argument: Argument | None, spelling: str) -> Memory | None:
    """The memory that `target_memory` says."""
    if argument is None or is_python_none(argument.entity):
        return None
    match argument.entity:
        case Constant(value=MemorySpace() as space):
            return Memory(space.value)
        case _:
            raise _refused(state, argument, spelling, TARGET_MEMORY, "a member of `pl.MemorySpace`")


def _converted(row: AttributeRow, entity: Entity) -> AttributeValue | None:
    match row.kind:
        case AttributeKind.SHAPE:
            return _shape(entity)
        case AttributeKind.DTYPE:
            return entity.value if isinstance(entity, Constant) and isinstance(entity.value, DType) else None
        case AttributeKind.WORD:
            return _word(row, entity)
        case AttributeKind.FLAG:
            number = number_of(entity)
            return number if isinstance(number, bool) else None
        case AttributeKind.INT:
            return _int(entity)
        case AttributeKind.NUMBER:
            number = number_of(entity)
            return _word(row, entity) if number is None else as_float(number)
        case _:
            assert_never(row.kind)


def _shape(entity: Entity) -> tuple[int, ...] | None:
    items = items_of(entity)
    extents = [_int(item) for item in items or ()]
    return tuple(extent for extent in extents if extent is not None) if items and None not in extents else None


def _int(entity: Entity) -> int | None:
    number = number_of(entity)
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _word(row: AttributeRow, entity: Entity) -> str | None:
    value = entity.value if isinstance(entity, Constant) else None
    word = value.value if isinstance(value, enum.Enum) else value
    return word if isinstance(word, str) and word in row.words else None


def _refused(state: State, argument: Argument, spelling: str, parameter: str, needed: str) -> Mistake:
    if any(is_poison(entity) for entity in (argument.entity, *(items_of(argument.entity) or ()))):
        return Mistake(None)
    given = describe(argument.entity)
    if _is_run_time(argument.entity):
        how = "use an int, a name bound to one where the program is built, or an extent such as `a.shape[0]`"
        what = f"`{parameter}` of `pl.{spelling}`"
        return state.fail(NotCompileTime, argument.span, what=what, given="a run-time value", how=how)
    signature = f"its parameters are {signature_text(spelling, SPELLINGS[spelling])}"
    return state.fail(
        ArgumentRefused,
        argument.span,
        parameter=parameter,
        callee=f"pl.{spelling}",
        needed=needed,
        given=given,
        signature=signature,
    )


def _is_run_time(entity: Entity) -> bool:
    match entity:
        case Value() | Literal():
            return not is_poison(entity)
        case Items():
            return any(_is_run_time(item) for item in entity.items)
        case Constant():
            return False
        case _:
            assert_never(entity)
