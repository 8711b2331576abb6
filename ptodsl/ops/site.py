"""One application of a row while its types are worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from ptodsl.errors import Diagnostic
from ptodsl.errors.types import DTypeRefused
from ptodsl.ir.dtypes import INDEX, DType
from ptodsl.ir.nodes import AttributeValue, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.ops.row import OpRow


class Conversion(NamedTuple):
    """A scalar or tile in another dtype."""

    operand: Operand
    target: DType


class Refused(Exception):
    """A typing rule is broken; carries the mistake, and the operands whose origins a message should show.

    Where a `conversion` would mend it, the mistake's field `how` is for whoever knows the user's words.
    """

    def __init__(
        self, diagnostic: Diagnostic, about: tuple[Operand, ...] = (), conversion: Conversion | None = None
    ) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic
        self.about = about
        self.conversion = conversion


def type_of(operand: Operand) -> Type:
    """The type of a value or of a literal."""
    return operand.type if isinstance(operand, Value) else ScalarType(operand.dtype)


def dtype_of(operand: Operand) -> DType:
    """The dtype of an operand that is in no error."""
    type_ = type_of(operand)
    assert not isinstance(type_, ErrorType)
    return type_.dtype


@dataclass(frozen=True)
class Site:
    """A row, its operands and attributes, and where they stand. Operand kinds are already right."""

    row: OpRow
    operands: tuple[tuple[Operand, ...], ...]
    attributes: Mapping[str, AttributeValue]
    span: Span

    def group(self, name: str) -> tuple[Operand, ...]:
        """The operands of one group."""
        return self.operands[self.row.operand_index(name)]

    def operand(self, name: str) -> Operand:
        """The one operand of a group."""
        (operand,) = self.group(name)
        return operand

    def tile(self, name: str) -> TileType:
        """The type of a tile operand."""
        type_ = type_of(self.operand(name))
        assert isinstance(type_, TileType)
        return type_

    def tensor(self, name: str) -> TensorType:
        """The type of a tensor operand."""
        type_ = type_of(self.operand(name))
        assert isinstance(type_, TensorType)
        return type_

    def dtype(self, name: str) -> DType:
        """The dtype of any operand."""
        return dtype_of(self.operand(name))

    def attribute(self, name: str) -> AttributeValue | None:
        """The value of an attribute, its default where the node does not hold it."""
        return self.attributes.get(name, self.row.attribute(name).default)

    def shape(self, name: str) -> tuple[int, ...]:
        """The value of a shape attribute."""
        shape = self.attribute(name)
        assert isinstance(shape, tuple)
        return shape

    def integers(self, name: str) -> tuple[Operand, ...]:
        """The scalars of a group of offsets or extents; refused where one is no integer."""
        for operand in self.group(name):
            type_ = type_of(operand)
            if isinstance(type_, ScalarType) and not type_.dtype.is_integer:
                mistake = DTypeRefused(self.span, op=self.row.label, dtype=type_.dtype, allowed=f"integers as {name}")
                raise Refused(mistake, (operand,), Conversion(operand, INDEX))
        return self.group(name)

    def refuse(
        self, mistake: type[Diagnostic], *about: str, conversion: Conversion | None = None, **fields: object
    ) -> NoReturn:
        """Ends the rule with a mistake at this site; `about` names the operands to show with it."""
        shown = tuple(operand for name in about for operand in self.group(name))
        raise Refused(mistake(self.span, **{"op": self.row.label, **fields}), shown, conversion)
