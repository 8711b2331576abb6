"""Data movement: generated from the op table by `python -m ptodsl.language.generate`."""

from __future__ import annotations

from typing import Any, overload

from ptodsl.language.enums import MemorySpace
from ptodsl.language.outside import outside
from ptodsl.language.types import Numbers, Shape, Tensor, Tile


def load(
    tensor: Tensor,
    offsets: Numbers,
    shapes: Shape,
    valid_shape: Numbers | None = None,
    target_memory: MemorySpace | None = None,
    *,
    transpose: bool = False,
) -> Tile:
    """A window of a tensor as a tile; its rows are all sizes but the last, multiplied.

    `offsets`: one for each dim, in elements
    `valid_shape`: the rows and columns that have meaning; the rest is undefined
    `shapes`: one for each dim, in elements
    `transpose`: give the window turned; into L1 only, no data moves
    example: `x = pl.load(a, [0, 0], [16, 64])`
    """
    outside("load")


@overload
def store(
    tile: Tile, offsets: Numbers, tensor: Tensor, *, shapes: Shape | None = None, atomic: bool = False
) -> Tensor: ...
@overload
def store(tile: Tile, offsets: Numbers, shapes: Shape, tensor: Tensor, *, atomic: bool = False) -> Tensor: ...
def store(*arguments: Any, **keywords: Any) -> Any:
    """The valid part of a tile into a window of a tensor; gives the tensor. From L0C, FP32 may become 16-bit.

    `offsets`: one for each dim, in elements
    `shapes`: the window; the tile's shape by default
    `atomic`: add to what is there
    example: `out = pl.store(x, [0, 0], out)`
    """
    outside("store")


@overload
def l0c_store(
    tile: Tile, offsets: Numbers, tensor: Tensor, *, shapes: Shape | None = None, atomic: bool = False
) -> Tensor: ...
@overload
def l0c_store(tile: Tile, offsets: Numbers, shapes: Shape, tensor: Tensor, *, atomic: bool = False) -> Tensor: ...
def l0c_store(*arguments: Any, **keywords: Any) -> Any:
    """The valid part of a tile into a window of a tensor; gives the tensor. From L0C, FP32 may become 16-bit.

    `offsets`: one for each dim, in elements
    `shapes`: the window; the tile's shape by default
    `atomic`: add to what is there
    example: `out = pl.store(x, [0, 0], out)`
    """
    outside("l0c_store")


def move(source: Tile, target_memory: MemorySpace | None = None) -> Tile:
    """The same tile in another memory, or a copy within UB.

    example: `a = pl.move(x, target_memory=pl.MemorySpace.L0A)`
    """
    outside("move")
