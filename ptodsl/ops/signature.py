"""How a row is called in `pl`: its parameters by position and by keyword."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from typing_extensions import assert_never

from ptodsl.ops.row import Arity, AttributeRow, OperandRow, OpRow, Syntax

TARGET_MEMORY = "target_memory"
"""The parameter that says the memory of the result, of a row that `places`."""

Parameter: TypeAlias = OperandRow | AttributeRow | str
"""A parameter is an operand or attribute of the row, or TARGET_MEMORY."""


@dataclass(frozen=True)
class Form:
    """One parameter list of a row."""

    row: OpRow
    positional: tuple[Parameter, ...]
    keyword_only: tuple[Parameter, ...]

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All of them, in order."""
        return self.positional + self.keyword_only

    @property
    def names(self) -> tuple[str, ...]:
        """The IR names of all of them."""
        return tuple(name_of(parameter) for parameter in self.parameters)

    def requires(self, parameter: Parameter) -> bool:
        """Whether a call of this form must give it: by itself, or since a required one stands behind it."""
        rest = self.positional[self.positional.index(parameter) :] if parameter in self.positional else (parameter,)
        return any(is_required(self.row, later) for later in rest)

    def named(self, keyword: str) -> Parameter | None:
        """The parameter that a keyword means: by its name in `pl` first, then in IR, then by what PyPTO calls it."""
        for spellings in (_taught, _internal, _also):
            for parameter in self.parameters:
                if keyword in spellings(parameter):
                    return parameter
        return None


def _taught(parameter: Parameter) -> tuple[str, ...]:
    return (keyword_of(parameter),)


def _internal(parameter: Parameter) -> tuple[str, ...]:
    return (name_of(parameter),)


def _also(parameter: Parameter) -> tuple[str, ...]:
    return () if isinstance(parameter, str) else parameter.also


def name_of(parameter: Parameter) -> str:
    """A parameter's name in IR."""
    return parameter if isinstance(parameter, str) else parameter.name


def keyword_of(parameter: Parameter) -> str:
    """A parameter's name in `pl`."""
    return parameter if isinstance(parameter, str) else parameter.keyword or parameter.name


_FORMS: dict[str, tuple[Form, ...]] = {}
"""By the row's name: a row itself is large to hash."""


def forms_of(row: OpRow) -> tuple[Form, ...]:
    """The parameter lists of a row, the one to teach first."""
    if row.name not in _FORMS:
        _FORMS[row.name] = _forms(row)
    return _FORMS[row.name]


def _forms(row: OpRow) -> tuple[Form, ...]:
    everything: tuple[OperandRow | AttributeRow, ...] = row.operands + row.attributes
    written = row.forms or (tuple(parameter.name for parameter in everything),)
    return tuple(_form(row, names) for names in written)


def _form(row: OpRow, names: tuple[str, ...]) -> Form:
    """Positional as the row says; attributes that it does not order go by keyword, operands not at all."""
    by_name: dict[str, Parameter] = {operand.name: operand for operand in row.operands}
    by_name |= {attribute.name: attribute for attribute in row.attributes}
    target: tuple[Parameter, ...] = (TARGET_MEMORY,) if row.places else ()
    rest = tuple(attribute for attribute in row.attributes if attribute.name not in names)
    return Form(row, (*(by_name[name] for name in names), *target), rest)


def signature_text(spelling: str, rows: tuple[OpRow, ...]) -> str:
    """The parameter lists of a spelling, as messages show them."""
    return " or ".join(_text(spelling, form) for row in rows for form in forms_of(row))


def _text(spelling: str, form: Form) -> str:
    return f"`pl.{spelling}({', '.join(_parameter_texts(form))})`"


def _parameter_texts(form: Form) -> Iterator[str]:
    for parameter in form.positional:
        yield keyword_of(parameter) if form.requires(parameter) else f"{keyword_of(parameter)}=..."
    for parameter in form.keyword_only:
        yield f"{keyword_of(parameter)}=..."


def is_required(row: OpRow, parameter: Parameter) -> bool:
    """Whether a call must give it; valid extents may be left out where there are sizes to stand for them."""
    match parameter:
        case str():
            return False
        case AttributeRow():
            return parameter.required
        case OperandRow():
            optional = parameter.arity is Arity.OPTIONAL
            return not optional and (parameter.syntax is not Syntax.VALID or not row.attributes)
        case _:
            assert_never(parameter)


def takes_rest(row: OpRow, parameter: Parameter) -> bool:
    """Whether it takes all further positional arguments: required extents with nothing behind them."""
    return isinstance(parameter, OperandRow) and parameter.syntax is Syntax.VALID and is_required(row, parameter)
