"""Shape: generated from the op table by `python -m ptodsl.language.generate`."""

from __future__ import annotations

from typing import Any, Literal, overload

from ptodsl.language.enums import PadValue
from ptodsl.language.outside import outside
from ptodsl.language.types import Number, Numbers, Shape, Tensor, Tile


@overload
def slice(source: Tile, shapes: Shape, offsets: Numbers, valid_shape: Numbers | None = None) -> Tile: ...
@overload
def slice(tensor: Tensor, shapes: Shape, offsets: Numbers) -> Tensor: ...
def slice(*arguments: Any, **keywords: Any) -> Any:
    """A window of a tile: a view where its bytes allow one, else a copy.

    `offsets`: one for each dim, in elements
    `valid_shape`: the rows and columns that have meaning; the rest is undefined
    `shapes`: one for each dim, in elements
    example: `t = x[0:8, :]`

    A window of a tensor as a tensor over the same bytes.

    `offsets`: one for each dim, in elements
    `shapes`: one for each dim, in elements
    example: `k = pl.tensor.view(cache, [128, 64], [row, 0])`
    """
    outside("slice")


@overload
def view(source: Tile, shapes: Shape, offsets: Numbers, valid_shape: Numbers | None = None) -> Tile: ...
@overload
def view(tensor: Tensor, shapes: Shape, offsets: Numbers) -> Tensor: ...
def view(*arguments: Any, **keywords: Any) -> Any:
    """A window of a tile: a view where its bytes allow one, else a copy.

    `offsets`: one for each dim, in elements
    `valid_shape`: the rows and columns that have meaning; the rest is undefined
    `shapes`: one for each dim, in elements
    example: `t = x[0:8, :]`

    A window of a tensor as a tensor over the same bytes.

    `offsets`: one for each dim, in elements
    `shapes`: one for each dim, in elements
    example: `k = pl.tensor.view(cache, [128, 64], [row, 0])`
    """
    outside("view")


def extract(source: Tile, offsets: Numbers, shapes: Shape, valid_shape: Numbers | None = None) -> Tile:
    """A window of a tile, copied; its offsets may be known only at run time.

    `offsets`: one for each dim, in elements
    `valid_shape`: the rows and columns that have meaning; the rest is undefined
    `shapes`: one for each dim, in elements
    example: `t = pl.extract(x, [i, 0], [8, 64])`
    """
    outside("extract")


def set_validshape(source: Tile, *valid_shape: Number) -> Tile:
    """The same tile, of which other rows and columns have meaning.

    `valid_shape`: the rows and columns that have meaning; the rest is undefined
    example: `t = pl.set_validshape(x, rows, 64)`
    """
    outside("set_validshape")


def fillpad(source: Tile, pad_value: PadValue | Literal["zero", "min", "max"] = "zero") -> Tile:
    """A copy that is wholly valid: what was not is zero, or the smallest or largest number.

    example: `t = pl.fillpad(x, pad_value=pl.PadValue.min)`
    """
    outside("fillpad")


@overload
def reshape(source: Tile, shape: Shape) -> Tile: ...
@overload
def reshape(tensor: Tensor, shape: Shape) -> Tensor: ...
def reshape(*arguments: Any, **keywords: Any) -> Any:
    """The same elements in the same order under another shape; free where the bytes agree, else a copy.

    example: `row = pl.reshape(column, [1, 16])`

    The same bytes under another shape; a view with gaps between its rows only gains or loses dims of size 1.

    example: `k = pl.tensor.reshape(page, [128, 64])`
    """
    outside("reshape")


def transpose(source: Tile, tmp_tile: Tile | None = None) -> Tile:
    """The tile with rows and columns exchanged; the data moves.

    example: `t = pl.transpose(x)`
    """
    outside("transpose")
