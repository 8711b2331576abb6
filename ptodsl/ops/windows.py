"""Windows of tensors: their sizes, and the tile that each is."""

from __future__ import annotations

from math import prod

from ptodsl.ir.nodes import Op, Value
from ptodsl.ir.types import Shape2D, TensorType, TileType

Sizes = tuple[int, ...]


def window_of(op: Op, tensor: TensorType) -> Sizes:
    """The sizes of the window that an op touches: as written, else those of its tile; one element where it has none."""
    sizes, tile = op.attributes.get("sizes"), tile_of(op)
    if isinstance(sizes, tuple):
        return sizes
    return (1,) * tensor.rank if tile is None else store_window(tile.shape, tensor)


def tile_of(op: Op) -> TileType | None:
    """The type of the tile that a transfer moves: of its result, else of its operand."""
    values = [*op.results, *(operand for group in op.operands for operand in group)]
    types = (value.type for value in values if isinstance(value, Value))
    return next((type_ for type_ in types if isinstance(type_, TileType)), None)


def store_window(shape: Shape2D, tensor: TensorType) -> Sizes:
    """The window of a tile where none is written: its rows and columns in the last two dims, 1 before."""
    if tensor.rank == 1:
        return (shape[1],)
    return (*(1,) * (tensor.rank - 2), *shape)


def window_tile(sizes: Sizes) -> Shape2D:
    """The tile of a window: all sizes but the last multiplied, by the last; rank 1 is a row."""
    return (prod(sizes[:-1]), sizes[-1])
