"""One application of a row while its types are worked out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from ptodsl.errors import Diagnostic
from ptodsl.errors.types import DTypeRefused
from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import AttributeValue, Operand, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.ops.row import OpRow


class Refused(Exception):
    """A typing rule is broken; carries the mistake, and the operands whose origins a message should show."""

    def __init__(self, diagnostic: Diagnostic, about: tuple[Operand, ...] = ()) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic
        self.about = about


def type_of(operand: Operand) -> Type:
    """The type of a value or of a literal."""
    return operand.type if isinstance(operand, Value) else ScalarType(operand.dtype)


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
        type_ = type_of(self.operand(name))
        assert not isinstance(type_, ErrorType)
        return type_.dtype

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
                raise Refused(DTypeRefused(operand.span, op=self.row.label, dtype=type_.dtype, allowed="integers here"))
        return self.group(name)

    def refuse(self, mistake: type[Diagnostic], *about: str, **fields: object) -> NoReturn:
        """Ends the rule with a mistake at this site; `about` names the operands to show with it."""
        named = {"op": self.row.label, **fields}
        raise Refused(mistake(self.span, **named), tuple(operand for name in about for operand in self.group(name)))
