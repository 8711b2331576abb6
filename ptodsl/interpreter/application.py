"""One application of a row of the op table to run-time values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from ptodsl.errors.runtime import ValidExtentOutside
from ptodsl.interpreter.faults import Fault
from ptodsl.interpreter.values import Datum, Extents, Scalar, Tensor, Tile, undefined_tile
from ptodsl.ir.dtypes import DType
from ptodsl.ir.nodes import AttributeValue, Op
from ptodsl.ir.types import ErrorType, TileType
from ptodsl.ops.row import Effect, OpRow
from ptodsl.ops.site import type_of


@dataclass(frozen=True, slots=True, eq=False)
class Application:
    """An op, its row, and what its operands are now, one group per operand row."""

    op: Op
    row: OpRow
    operands: tuple[tuple[Datum, ...], ...]
    poison: int
    """The byte that undefined memory is filled with."""

    def group(self, name: str) -> tuple[Datum, ...]:
        """The values of one group."""
        return self.operands[self.row.operand_index(name)]

    @property
    def inputs(self) -> tuple[tuple[str, Datum], ...]:
        """The operands whose contents the op reads, by name; optional ones left out, and scratch, are not there."""
        return tuple(
            (row.name, datum)
            for row, group in zip(self.row.operands, self.operands, strict=True)
            if row.effect is not Effect.SCRATCH
            for datum in group
        )

    def tile(self, name: str) -> Tile:
        """A tile operand."""
        (tile,) = self.group(name)
        assert isinstance(tile, Tile)
        return tile

    def tensor(self, name: str) -> Tensor:
        """A tensor operand."""
        (tensor,) = self.group(name)
        assert isinstance(tensor, Tensor)
        return tensor

    def scalar(self, name: str) -> Scalar:
        """A scalar operand."""
        (scalar,) = self.group(name)
        assert not isinstance(scalar, (Tile, Tensor))
        return scalar

    def integers(self, name: str) -> tuple[int, ...]:
        """A group of integer scalars: offsets, extents."""
        return tuple(int(scalar) for scalar in self.group(name) if not isinstance(scalar, (Tile, Tensor)))

    def dtype(self, name: str) -> DType:
        """The dtype of an operand."""
        (operand,) = self.op.operands[self.row.operand_index(name)]
        type_ = type_of(operand)
        assert not isinstance(type_, ErrorType)
        return type_.dtype

    def logical_shape(self, name: str) -> Extents:
        """The logical shape of a tile operand, of which the valid part may be less."""
        (operand,) = self.op.operands[self.row.operand_index(name)]
        type_ = type_of(operand)
        assert isinstance(type_, TileType)
        return type_.shape

    @property
    def result_dtype(self) -> DType:
        """The dtype of the op's only result."""
        type_ = self.op.result.type
        assert not isinstance(type_, ErrorType)
        return type_.dtype

    @property
    def result_shape(self) -> Extents:
        """The logical shape of the op's only result, a tile."""
        type_ = self.op.result.type
        assert isinstance(type_, TileType)
        return type_.shape

    def attribute(self, name: str) -> AttributeValue | None:
        """The value of an attribute, its default where the node does not hold it."""
        return self.op.attributes.get(name, self.row.attribute(name).default)

    def shape(self, name: str) -> tuple[int, ...]:
        """The value of a shape attribute."""
        shape = self.attribute(name)
        assert isinstance(shape, tuple)
        return shape

    def given_extents(self) -> Extents:
        """The valid shape that the op's `valid` operand gives its result; the whole where it is absent."""
        whole = self.result_shape
        extents = self.integers("valid") or whole
        for dim, (extent, limit) in enumerate(zip(extents, whole, strict=True)):
            if not 0 < extent <= limit:
                raise Fault(ValidExtentOutside, op=self.row.label, dim=dim, extent=extent, limit=limit)
        rows, columns = extents
        return rows, columns

    def undefined(self, shape: Extents) -> Tile:
        """A tile of the result's dtype whose elements are undefined."""
        return undefined_tile(shape, self.result_dtype, self.poison)


Kernel: TypeAlias = Callable[[Application], Datum | None]
"""What applies a row: a function of its operands to its result, None for an op without one."""
