"""Transfers between tensors and tiles, and tiles made from nothing."""

from __future__ import annotations

import numpy as np

from ptodsl.errors.runtime import UndefinedStored
from ptodsl.interpreter.application import Application, Kernel
from ptodsl.interpreter.faults import Fault
from ptodsl.interpreter.values import Array, Tile, compute_dtype, defined_tile, numpy_dtype
from ptodsl.interpreter.windows import rows_of
from ptodsl.ir.dtypes import DType


def load(application: Application) -> Tile:
    """The valid part of a window; undefined elements come along."""
    turned = bool(application.attribute("transpose"))
    extents = application.given_extents()
    rows, columns = extents[::-1] if turned else extents
    tensor, index = rows_of(
        application.tensor("tensor"),
        application.row.label,
        application.integers("offsets"),
        application.shape("sizes"),
        rows,
        columns,
    )
    tile = Tile(tensor.data[index], tensor.defined[index])
    return tile.turned if turned else tile


def store(application: Application) -> None:
    """Writes the valid part of a tile into a window; every element of it must be defined."""
    tile, dtype = application.tile("source"), application.dtype("tensor")
    _check_defined(tile)
    tensor, index = rows_of(
        application.tensor("tensor"),
        application.row.label,
        application.integers("offsets"),
        _store_sizes(application),
        *tile.valid,
    )
    data = tile.data.astype(numpy_dtype(dtype))
    if application.attribute("atomic"):
        tensor.data[index] = _sum(tensor.data[index], data, dtype)
    else:
        tensor.data[index] = data
        tensor.defined[index] = True


def _check_defined(tile: Tile) -> None:
    if tile.defined.all():
        return
    undefined = np.argwhere(~tile.defined)
    (row, column), (rows, columns) = undefined[0], tile.valid
    raise Fault(
        UndefinedStored, ("source",), row=int(row), column=int(column), count=len(undefined), rows=rows, columns=columns
    )


def _store_sizes(application: Application) -> tuple[int, ...]:
    """The window of a store: the tile's rows and columns in the last two dims where none is written."""
    if application.attribute("sizes") is not None:
        return application.shape("sizes")
    rows, columns = application.logical_shape("source")
    rank = application.tensor("tensor").data.ndim
    return (columns,) if rank == 1 else (*(1 for _ in range(rank - 2)), rows, columns)


def _sum(before: Array, added: Array, dtype: DType) -> Array:
    """What an atomic add leaves; it defines nothing that was undefined."""
    compute = compute_dtype(dtype)
    total: Array = before.astype(compute) + added.astype(compute)
    return total.astype(numpy_dtype(dtype))


def move(application: Application) -> Tile:
    """The same elements."""
    return application.tile("source")


def create_tile(application: Application) -> Tile:
    """A tile whose elements are undefined."""
    return application.undefined(application.result_shape)


def full(application: Application) -> Tile:
    """One value everywhere."""
    kind = numpy_dtype(application.result_dtype)
    return defined_tile(np.full(application.result_shape, application.scalar("scalar"), kind))


KERNELS: dict[str, Kernel] = {
    "load": load,
    "store": store,
    "move": move,
    "create_tile": create_tile,
    "full": full,
}
