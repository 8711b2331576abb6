"""Random transfers of vector kernels: windows of inputs, and outputs that hold tiles, in whole or in part."""

from __future__ import annotations

from ptodsl.ir.dtypes import FP16, FP32, INT16, INT32, DType
from tests.fuzz.writing.body import Body
from tests.fuzz.writing.facts import Tensor, Tile, whole
from tests.fuzz.writing.tiles import DTYPES, literal, random_shape, takes


def load(body: Body) -> Tile | None:
    """A window of an input: whole, a part at a known or run-time place, partly valid."""
    shape = random_shape(body)
    dtype = body.random.choice(body.tiles).dtype if body.tiles and body.chance(0.6) else body.random.choice(DTYPES)
    rows, columns = shape
    tensor_rows = rows * body.random.choice((1, 1, 2, 4)) + body.random.choice((0, 0, 1))
    tensor_columns = 1 if columns == 1 else columns + body.random.choice((0, 0, 0, 3, 16))
    tensor, window = _window(body, shape, (tensor_rows, tensor_columns), dtype)
    valid = whole(shape)
    text = f"pl.load({tensor.name}, {window}"
    if body.chance(0.35):
        valid = body.extent(rows), body.extent(columns)
        text += f", valid_shape=[{valid[0].text}, {valid[1].text}]"
    return body.define(f"{text})", Tile("", shape, dtype, valid))


def load_all(body: Body, tensor: Tensor) -> Tile | None:
    """A whole tensor of rank 2 as a tile."""
    if len(tensor.shape) != 2:
        return None
    rows, columns = tensor.shape
    made = body.input(tensor.shape, tensor.dtype, rough=tensor.rough)
    valid = whole((rows, columns))
    return body.define(
        f"pl.load({made.name}, [0, 0], [{rows}, {columns}])",
        Tile("", (rows, columns), tensor.dtype, valid, tensor.rough),
    )


def _window(body: Body, shape: tuple[int, int], extents: tuple[int, int], dtype: DType) -> tuple[Tensor, str]:
    """A tensor of rank 1 to 4 and a window of it, as text, that is a tile of a shape."""
    rows, columns = shape
    high, wide = extents
    row, column = body.offset(high - rows), body.offset(wide - columns)
    if rows == 1 and columns > 1 and body.chance(0.3):
        return body.input((wide,), dtype), f"[{column}], [{columns}]"
    if rows > 1 and body.chance(0.2):
        return _spread(body, shape, dtype)
    if body.chance(0.2):
        leading = body.random.choice(((2,), (3, 2)))
        tensor = body.input((*leading, high, wide), dtype)
        places = [body.offset(extent - 1) for extent in leading]
        return tensor, f"[{', '.join([*places, row, column])}], [{', '.join(['1'] * len(leading))}, {rows}, {columns}]"
    return body.input((high, wide), dtype), f"[{row}, {column}], [{rows}, {columns}]"


def _spread(body: Body, shape: tuple[int, int], dtype: DType) -> tuple[Tensor, str]:
    """A window whose rows are in two dims, one after the other: the inner one is whole, so that they lie evenly."""
    rows, columns = shape
    outer = body.random.choice([size for size in range(1, rows + 1) if rows % size == 0])
    high, wide = outer + body.random.choice((0, 2)), columns + (body.random.choice((0, 9)) if columns > 1 else 0)
    tensor = body.input((high, rows // outer, wide), dtype)
    places = f"[{body.offset(high - outer)}, 0, {body.offset(wide - columns)}]"
    return tensor, f"{places}, [{outer}, {rows // outer}, {columns}]"


def atomic(body: Body) -> Tile | None:
    """An addition to an in-out tensor."""
    tile = body.pick(exact=True)
    if tile is None or tile.dtype not in (FP32, FP16, INT32, INT16) or not tile.is_whole:
        return None
    tensor = body.output(Tensor("", tile.shape, tile.dtype))
    body.line(f"{tensor.name} = pl.store({tile.name}, [0, 0], {tensor.name}, atomic=True)")
    return tile


def update(body: Body) -> Tile | None:
    """A window of an in-out tensor, read, changed and written back."""
    shape, dtype = random_shape(body), body.random.choice((FP32, FP32, FP16, INT32))
    rows, columns = shape
    count = body.random.choice((1, 2, 4))
    fitting = [
        one for one in body.outputs if one.shape == (rows * count, columns) and one.dtype is dtype and not one.covered
    ]
    made = Tensor("", (rows * count, columns), dtype)
    tensor = body.random.choice(fitting) if fitting else body.output(made)
    place = f"[{body.offset(rows * (count - 1))}, 0]"
    tile = body.define(
        f"pl.load({tensor.name}, {place}, [{rows}, {columns}])", Tile("", shape, dtype, whole(shape), tensor.rough)
    )
    if takes(body, "adds", dtype) and not tile.rough:
        tile = body.define(f"{tile.name} + {literal(body.random, dtype)}", tile.like())
    place = place if body.chance(0.5) else f"[{body.offset(rows * (count - 1))}, 0]"
    body.line(f"{tensor.name} = pl.store({tile.name}, {place}, {tensor.name})")
    return tile


def keep(body: Body) -> Tile | None:
    """A tile into an output, wherever the statement stands."""
    tile = body.pick()
    if tile is None:
        return None
    _store_part(body, tile)
    return tile


def store(body: Body, tile: Tile) -> None:
    """An output of its own that holds what is valid of a tile, in part of it or in all."""
    if tile.is_whole and body.chance(0.6):
        tensor = body.output(Tensor("", tile.shape, tile.dtype, covered=True, rough=tile.rough))
        body.line(f"{tensor.name} = pl.store({tile.name}, [0, 0], {tensor.name})")
        return
    _store_part(body, tile)


def _store_part(body: Body, tile: Tile) -> None:
    rows, columns = tile.shape
    if rows > 1 and body.chance(0.2):
        inner = body.random.choice([size for size in range(1, rows + 1) if rows % size == 0])
        tensor = body.output(Tensor("", (rows // inner + 1, inner, columns), tile.dtype, rough=tile.rough))
        sizes = f"[{rows // inner}, {inner}, {columns}]"
        body.line(f"{tensor.name} = pl.store({tile.name}, [{body.offset(1)}, 0, 0], {sizes}, {tensor.name})")
        return
    shape = (rows + body.random.choice((0, 0, 2)), columns + body.random.choice((0, 0, 5)) if columns > 1 else 1)
    tensor = body.output(Tensor("", shape, tile.dtype, rough=tile.rough))
    place = f"[{body.offset(shape[0] - rows)}, {body.offset(shape[1] - columns)}]"
    body.line(f"{tensor.name} = pl.store({tile.name}, {place}, {tensor.name})")
