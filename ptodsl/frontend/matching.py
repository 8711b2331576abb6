"""Which row and form of a spelling a call means, and each argument at its parameter."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ptodsl.errors import Diagnostic
from ptodsl.errors.names import ArgumentMissing, ArgumentUnexpected
from ptodsl.errors.types import OperandKindWrong
from ptodsl.frontend.entities import Argument, Constant, Items, arguments_of, describe, fits, is_python_none, items_of
from ptodsl.frontend.state import State
from ptodsl.ir.span import Span
from ptodsl.language.enums import MemorySpace
from ptodsl.ops.row import Arity, OperandKind, OperandRow, OpRow
from ptodsl.ops.signature import (
    TARGET_MEMORY,
    Form,
    Parameter,
    forms_of,
    keyword_of,
    name_of,
    signature_text,
    takes_rest,
)
from ptodsl.ops.table import SPELLINGS

Bound: TypeAlias = Mapping[str, Argument]
"""Arguments by the IR name of their parameter."""


def match(
    state: State,
    spelling: str,
    rows: Iterable[OpRow],
    positional: Sequence[Argument],
    keywords: Mapping[str, Argument],
    span: Span,
) -> tuple[OpRow, Bound]:
    """The first of a spelling's rows that takes the arguments; raises `Mistake` for the one that came nearest."""
    misfits: list[Misfit] = []
    for form in (form for row in rows for form in forms_of(row)):
        bound = _bind(form, positional, keywords, span)
        if not isinstance(bound, Misfit):
            return form.row, bound
        misfits.append(bound)
    nearest = max(misfits, key=lambda misfit: misfit.reached)
    signature = f"its parameters are {signature_text(spelling, SPELLINGS[spelling])}"
    op = f"pl.{spelling}"
    raise state.fail(
        nearest.mistake,
        nearest.span,
        **{"callee": op, "op": op, "signature": signature, "how": signature, **nearest.fields()},
    )


class Stage(enum.IntEnum):
    """How far arguments fitted a form before one did not."""

    NOTHING = 0
    NAMES = 1
    COUNT = 2
    KINDS = 3


@dataclass(frozen=True)
class Misfit:
    """Why arguments do not fit a form; the words are put together only if it is the nearest."""

    mistake: type[Diagnostic]
    span: Span
    reached: tuple[Stage, int]
    fields: Callable[[], Mapping[str, object]]


def _bind(form: Form, positional: Sequence[Argument], keywords: Mapping[str, Argument], span: Span) -> Bound | Misfit:
    """Each argument at its parameter, kinds compared."""
    positional, memory = _apart(form, positional)
    bound: dict[str, Argument] = {} if memory is None else {TARGET_MEMORY: memory}
    if form.positional and len(positional) >= len(form.positional) and takes_rest(form.row, form.positional[-1]):
        positional = _gathered(positional, len(form.positional))
    bound.update(zip(map(name_of, form.positional), positional, strict=False))
    if len(positional) > len(form.positional):
        problem = f"takes {_count(len(form.positional))} by position, this gives {len(positional)}"
        return _unexpected(form, problem, positional[len(form.positional)].span, bound)
    for keyword, argument in keywords.items():
        named = form.named(keyword)
        if named is None or name_of(named) in bound:
            problem = f"has no parameter `{keyword}`" if named is None else f"got `{keyword}` twice"
            return _unexpected(form, problem, argument.span, bound)
        bound[name_of(named)] = argument
    return _wrong_kind(form, bound) or _missing(form, bound, span) or bound


def _unexpected(form: Form, problem: str, span: Span, bound: Bound) -> Misfit:
    stage = Stage.NAMES if _wrong_kind(form, bound) is None else Stage.NOTHING
    return Misfit(ArgumentUnexpected, span, (stage, len(bound)), lambda: {"problem": problem})


def _missing(form: Form, bound: Bound, span: Span) -> Misfit | None:
    for parameter in form.parameters:
        if form.requires(parameter) and name_of(parameter) not in bound:
            return _absent(parameter, bound, span)
    return None


def _absent(parameter: Parameter, bound: Bound, span: Span) -> Misfit:
    return Misfit(ArgumentMissing, span, (Stage.COUNT, len(bound)), lambda: {"parameter": keyword_of(parameter)})


def _wrong_kind(form: Form, bound: Bound) -> Misfit | None:
    for index, parameter in enumerate(form.parameters):
        argument = bound.get(name_of(parameter))
        if isinstance(parameter, OperandRow) and argument is not None and not _kind_fits(parameter, argument):
            return _kind_misfit(parameter, argument, index)
    return None


def _kind_misfit(parameter: OperandRow, argument: Argument, index: int) -> Misfit:
    def fields() -> Mapping[str, object]:
        needed = "a list of scalars" if parameter.arity is Arity.MANY else parameter.kind.value
        given = describe(_offending(parameter, argument).entity)
        return {"needed": needed, "operand": keyword_of(parameter), "given": given, **_conversion(parameter, argument)}

    return Misfit(OperandKindWrong, _offending(parameter, argument).span, (Stage.KINDS, index), fields)


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
    items = Items(tuple(argument.entity for argument in rest), tuple(argument.span for argument in rest))
    return [*first, Argument(items, rest[0].span.to(rest[-1].span))]


def _kind_fits(parameter: OperandRow, argument: Argument) -> bool:
    if parameter.arity is not Arity.MANY:
        return fits(argument.entity, parameter.kind) or is_none(parameter, argument)
    items = items_of(argument.entity)
    return (items is not None and all(fits(item, parameter.kind) for item in items)) or is_none(parameter, argument)


def is_none(parameter: OperandRow, argument: Argument) -> bool:
    """Whether an argument that may be left out is left out by writing None."""
    return parameter.arity is not Arity.ONE and is_python_none(argument.entity)


def _offending(parameter: OperandRow, argument: Argument) -> Argument:
    """What does not fit: of a list the item."""
    items = arguments_of(argument) if parameter.arity is Arity.MANY else None
    return next((item for item in items or () if not fits(item.entity, parameter.kind)), argument)


def _conversion(parameter: OperandRow, argument: Argument) -> Mapping[str, object]:
    """The remedy where there is a better one than to read the signature."""
    if parameter.kind is OperandKind.TILE and fits(argument.entity, OperandKind.TENSOR):
        return {"how": "load it first: `pl.load(tensor, [0, 0], [rows, columns])`"}
    return {}
