"""Physical shapes and layouts of tiles, and which of their parts are consecutive bytes."""

from __future__ import annotations

from ptodsl.ir.hardware import Layout, Memory
from ptodsl.ir.types import Shape2D, TileType
from ptodsl.machine import Architecture


def rounded_up(extent: int, multiple: int) -> int:
    """The smallest multiple that is not below an extent."""
    return -(-extent // multiple) * multiple


def formed(type_: TileType, architecture: Architecture, layout: Layout | None = None) -> TileType:
    """The type with its physical shape and layout, which is the memory's own unless given.

    In a memory of fractals both dims are rounded up to its granule; elsewhere the dim whose elements are consecutive
    is, to the memory's alignment, and a tile [N, 1] is stored by columns.
    """
    assert type_.memory is not None
    spec = architecture.memories[type_.memory]
    if spec.block:
        granule = spec.granule(type_.dtype)
        physical = (rounded_up(type_.shape[0], granule), rounded_up(type_.shape[1], granule))
        return _with(type_, physical, layout or architecture.layout(type_.memory))
    layout = layout or (Layout.DN if type_.is_column and Layout.DN in spec.layouts else spec.layouts[0])
    elements = max(1, spec.alignment // type_.dtype.size)
    rows, columns = type_.shape
    by_column = layout is Layout.DN
    physical = (rounded_up(rows, elements), columns) if by_column else (rows, rounded_up(columns, elements))
    return _with(type_, physical, layout)


def _with(type_: TileType, physical: Shape2D, layout: Layout) -> TileType:
    return TileType(type_.shape, type_.dtype, type_.valid, type_.memory, physical, layout)


def is_column(type_: TileType) -> bool:
    """Whether the tile is a column of the vector unit's memory."""
    return type_.memory is Memory.UB and type_.is_column


def is_packed(type_: TileType) -> bool:
    """Whether the elements of a formed tile of plain rows follow each other without a gap."""
    assert type_.physical is not None
    return type_.layout is Layout.DN or type_.shape[0] == 1 or type_.physical[1] == type_.shape[1]


def byte_of(type_: TileType, row: int, column: int) -> int:
    """The byte of an element of a formed tile of plain rows or columns, from the tile's start."""
    assert type_.physical is not None
    rows, columns = type_.physical
    index = column * rows + row if type_.layout is Layout.DN else row * columns + column
    return index * type_.dtype.size


def turned(shape: Shape2D) -> Shape2D:
    """The shape with rows and columns exchanged."""
    return (shape[1], shape[0])
