"""Builds IR statement by statement, asking each row for the type of its result."""

from __future__ import annotations

import operator
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ptodsl.ir.dtypes import BOOL, DType
from ptodsl.ir.hardware import Memory
from ptodsl.ir.literals import rounded
from ptodsl.ir.nodes import AttributeValue, Block, Literal, Op, Operand, Statement, Value
from ptodsl.ir.span import Span
from ptodsl.ir.types import ErrorType, ScalarType, TensorType, TileType, Type
from ptodsl.ops.row import OpRow
from ptodsl.ops.site import Refused, Site, type_of
from ptodsl.ops.table import ROWS


def _and(left: object, right: object) -> bool:
    return bool(left and right)


def _or(left: object, right: object) -> bool:
    return bool(left or right)


_FOLDED: Mapping[str, Any] = {
    "scalar.add": operator.add,
    "scalar.sub": operator.sub,
    "scalar.mul": operator.mul,
    "scalar.div": operator.truediv,
    "scalar.floordiv": operator.floordiv,
    "scalar.mod": operator.mod,
    "scalar.min": min,
    "scalar.max": max,
    "scalar.eq": operator.eq,
    "scalar.ne": operator.ne,
    "scalar.lt": operator.lt,
    "scalar.le": operator.le,
    "scalar.gt": operator.gt,
    "scalar.ge": operator.ge,
    "scalar.neg": operator.neg,
    "scalar.and": _and,
    "scalar.or": _or,
    "scalar.not": operator.not_,
}
"""What Python computes at compile time where all operands are literals. A double holds a FP32 result so closely that
rounding it again gives the bits of one rounding."""


@dataclass
class Builder:
    """Appends statements to the innermost open block."""

    _blocks: list[list[Statement]] = field(default_factory=lambda: [[]])

    def emit(self, statement: Statement) -> None:
        """Append one statement."""
        self._blocks[-1].append(statement)

    @contextmanager
    def block(self) -> Generator[list[Statement]]:
        """Statements emitted inside go to the list that it gives, and nowhere else."""
        self._blocks.append([])
        try:
            yield self._blocks[-1]
        finally:
            self._blocks.pop()

    def finish(self) -> Block:
        """The outermost block."""
        return Block(tuple(self._blocks[0]))

    def op(
        self,
        name: str,
        operands: tuple[tuple[Operand, ...], ...],
        attributes: Mapping[str, AttributeValue],
        span: Span,
        *,
        label: str = "",
        memory: Memory | None = None,
    ) -> Operand:
        """One op and its result, called `label`: a literal where all is known, of ErrorType where the row refuses."""
        row = ROWS[name]
        literal = fold(row, operands, span)
        if literal is not None:
            return literal
        type_ = infer_type(Site(row, operands, attributes, span))
        if memory is not None and isinstance(type_, TileType):
            type_ = replace(type_, memory=memory)
        result = Value(label, type_, span)
        self.emit(Op(name, operands, attributes, (result,), span))
        return result

    def create(self, type_: TensorType | TileType, span: Span, label: str = "") -> Operand:
        """A buffer or tile of a type, its contents undefined."""
        attributes: dict[str, AttributeValue] = {"shape": type_.shape, "dtype": type_.dtype}
        if isinstance(type_, TensorType):
            return self.op("create_tensor", (), attributes, span, label=label)
        return self.op("create_tile", (), attributes, span, label=label, memory=type_.memory)

    def declare(self, value: Value, type_: Type) -> Value | None:
        """The value under a type that the user wrote; None where it is not the result of the last op."""
        last = self._blocks[-1][-1] if self._blocks[-1] else None
        if not isinstance(last, Op) or last.results != (value,):
            return None
        declared = replace(value, type=type_)
        self._blocks[-1][-1] = replace(last, results=(declared,))
        return declared

    def effect(
        self,
        name: str,
        operands: tuple[tuple[Operand, ...], ...],
        attributes: Mapping[str, AttributeValue],
        span: Span,
    ) -> None:
        """One op without a result."""
        self.emit(Op(name, operands, attributes, (), span))


def infer_type(site: Site) -> Type:
    """What the row says of the result; ErrorType where it refuses, or where an operand is already wrong."""
    if any(isinstance(type_of(operand), ErrorType) for group in site.operands for operand in group):
        return ErrorType()
    assert site.row.infer is not None
    try:
        return site.row.infer(site)
    except Refused:
        return ErrorType()


def fold(row: OpRow, operands: tuple[tuple[Operand, ...], ...], span: Span) -> Literal | None:
    """The literal that an op on literals gives; None where only run time, or an error message, can tell."""
    literals = [operand for group in operands for operand in group if isinstance(operand, Literal)]
    if row.name not in _FOLDED or len(literals) != len(operands):
        return None
    type_ = infer_type(Site(row, operands, {}, span))
    if not isinstance(type_, ScalarType):
        return None
    try:
        value = _FOLDED[row.name](*(literal.value for literal in literals))
    except (ArithmeticError, ValueError):
        return None
    return _representable(value, type_.dtype, span)


def _representable(value: float, dtype: DType, span: Span) -> Literal | None:
    if dtype is BOOL:
        return Literal(bool(value), dtype, span)
    if dtype.is_float:
        return Literal(rounded(value, dtype), dtype, span)
    low, high = dtype.range
    return Literal(value, dtype, span) if low <= value <= high else None
