"""The windows of tensors that an op reads and stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import NamedTuple

from ptodsl.ir.boxes import Box, Interval, Linear, LinearForms, whole
from ptodsl.ir.nodes import Op, Value
from ptodsl.ir.types import Extent, TensorType
from ptodsl.ops.row import Effect, OperandKind
from ptodsl.ops.table import row_of
from ptodsl.ops.windows import Sizes, tile_of, window_of


class Access(NamedTuple):
    """What an op does to one tensor: what it may read, and what it surely stores (None: no store at all)."""

    tensor: Value
    reads: Box | None
    stores: bool
    surely_stores: Box | None


def accesses(op: Op, forms: LinearForms) -> Iterator[Access]:
    """The accesses of an op, one for each tensor whose bytes it touches.

    A window that does not fit its tensor, which is a type error, counts as the whole of it.
    """
    row = row_of(op)
    for index, operand in enumerate(row.operands):
        if operand.kind is OperandKind.TENSOR and operand.effect is not Effect.NONE:
            (tensor,) = op.operands[index]
            if isinstance(tensor, Value) and isinstance(tensor.type, TensorType):
                starts = [forms.of(offset) for offset in op.operands[index + 1]]
                yield _access(op, tensor, tensor.type, starts, stores=operand.effect is Effect.WRITE)


def _access(op: Op, tensor: Value, type_: TensorType, starts: Sequence[Linear], *, stores: bool) -> Access:
    sizes, valid = window_of(op, type_), _valid(op)
    reads = not stores or op.attributes.get("atomic") is True
    if not len(starts) == len(sizes) == type_.rank:
        return Access(tensor, whole(type_.shape) if reads else None, stores, None)

    def box(extents: Sizes) -> Box:
        return tuple(Interval(start, size) for start, size in zip(starts, extents, strict=True))

    sure = _surely(sizes, valid) if stores else None
    return Access(tensor, box(_at_most(sizes, valid)) if reads else None, stores, None if sure is None else box(sure))


def _valid(op: Op) -> tuple[Extent, Extent] | None:
    """Valid rows and columns of the window; None where no tile is involved."""
    tile = tile_of(op)
    if tile is None:
        return None
    rows, columns = tile.valid
    return (columns, rows) if op.attributes.get("transpose") is True else (rows, columns)


def _surely(sizes: Sizes, valid: tuple[Extent, Extent] | None) -> Sizes | None:
    """The part of a window that a tile with this valid shape fills; None where it is not known to be a box."""
    if valid is None:
        return sizes
    rows, columns = valid
    if rows is None or columns is None or 0 in valid:
        return None
    if rows == prod(sizes[:-1]):
        return (*sizes[:-1], columns)
    return (*sizes[:-2], rows, columns) if prod(sizes[:-2]) == 1 else None


def _at_most(sizes: Sizes, valid: tuple[Extent, Extent] | None) -> Sizes:
    """The part of a window that a tile with this valid shape may have read."""
    if valid is None:
        return sizes
    rows, columns = valid
    columns = sizes[-1] if columns is None else columns
    if rows is None or len(sizes) == 1 or prod(sizes[:-2]) != 1:
        return (*sizes[:-1], columns)
    return (*sizes[:-2], rows, columns)
