"""Random statements of vector kernels: each function writes one and gives its tile, or gives None where none fits."""

from __future__ import annotations

from collections.abc import Callable

from ptodsl.ir.dtypes import FP32
from ptodsl.ops.row import Family
from ptodsl.ops.table import ROWS
from ptodsl.passes.conversions import steps as conversion
from tests.fuzz.writing.body import Body
from tests.fuzz.writing.facts import Extent, Tile, whole
from tests.fuzz.writing.tiles import DTYPES, granule, literal, random_shape, takes
from tests.fuzz.writing.transfers import atomic, keep, load, update

Write = Callable[[Body], "Tile | None"]
_ALONE = [row for row in ROWS.values() if row.family is Family.ELEMENTWISE and len(row.operands) == 1 and row.names]
UNARY = tuple(row.name for row in _ALONE if row.numerics.exact and not row.attributes)
ROUGH = tuple(row.name for row in _ALONE if not row.numerics.exact)
BINARY = {"add": "+", "sub": "-", "mul": "*", "div": "/", "maximum": "", "minimum": ""}
WITH_SCALAR = {"add": "adds", "sub": "subs", "mul": "muls", "div": "divs", "maximum": "maxs", "minimum": "mins"}
STABLE = ("mul", "div", "maximum", "minimum")
"""What keeps a relative error small."""
DARING = 0.02
"""How often something is written that the layouts do not allow."""
REDUCTIONS = {
    along: tuple(name for name, row in ROWS.items() if row.family is Family.REDUCTION and name.startswith(along))
    for along in ("row", "col")
}
EXPANSIONS = tuple(name.removeprefix("row_expand_") for name in ROWS if name.startswith("row_expand_"))


def refused_as_column(body: Body, tile: Tile) -> bool:
    """Whether an op on rows would be refused; a few are written all the same."""
    return tile.shape[1] == 1 and not body.chance(DARING)


def full(body: Body) -> Tile | None:
    """A constant tile, or one of a scalar parameter."""
    shape, dtype = random_shape(body), body.random.choice(DTYPES)
    value = literal(body.random, dtype)
    if dtype is FP32 and body.chance(0.3):
        value = body.number()
    text = f"pl.full([{shape[0]}, {shape[1]}], pl.{dtype}, {value})"
    return body.define(text, Tile("", shape, dtype, whole(shape)))


def unary(body: Body) -> Tile | None:
    """One op on one tile."""
    tile = body.pick(exact=True)
    name = body.random.choice(UNARY)
    if tile is None or not takes(body, name, tile.dtype):
        return None
    return body.define(
        f"-{tile.name}" if name == "neg" and body.chance(0.5) else f"pl.{name}({tile.name})", tile.like()
    )


def rough(body: Body) -> Tile | None:
    """An op whose last bits are the library's own, of an exact tile with a bounded result."""
    tile = body.pick(exact=True)
    if tile is None or tile.dtype is not FP32:
        return None
    inner = f"pl.minimum(pl.maximum({tile.name}, -8.0), 8.0)"
    name = body.random.choice(ROUGH)
    text = f"pl.{name}({inner})" if name == "exp" else f"pl.{name}(pl.maximum(pl.abs({inner}), 2.0))"
    return body.define(text, tile.like(rough=True))


def binary(body: Body) -> Tile | None:
    """Two tiles."""
    left = body.pick()
    name, sign = body.random.choice(list(BINARY.items()))
    if left is None or not takes(body, name, left.dtype):
        return None
    right = body.partner(left)
    is_rough = left.rough or right.rough
    if is_rough and name not in STABLE:
        return None
    text = f"{left.name} {sign} {right.name}" if sign and body.chance(0.6) else f"pl.{name}({left.name}, {right.name})"
    return body.define(text, left.like(rough=is_rough))


def with_scalar(body: Body) -> Tile | None:
    """A tile and a number."""
    tile = body.pick()
    name = body.random.choice(list(BINARY))
    if tile is None or not takes(body, WITH_SCALAR[name], tile.dtype) or (tile.rough and name not in STABLE):
        return None
    number = literal(body.random, tile.dtype, zero=name != "div")
    if tile.dtype is FP32 and body.chance(0.3):
        number = body.number()
    sign = BINARY[name]
    if sign and body.chance(0.6):
        return body.define(f"{tile.name} {sign} {number}", tile.like())
    return body.define(f"pl.{name}({tile.name}, {number})", tile.like())


def cast(body: Body) -> Tile | None:
    """Another dtype."""
    tile = body.pick()
    target = body.random.choice(DTYPES)
    if tile is None or conversion(tile.dtype, target, body.architecture) is None:
        return None
    if tile.rough and not target.is_float:
        return None
    modes = ("rint", "round", "floor", "ceil", "trunc") if tile.dtype.is_float and not tile.rough else ()
    mode = f', mode="{body.random.choice(modes)}"' if modes and body.chance(0.4) else ""
    return body.define(f"pl.cast({tile.name}, pl.{target}{mode})", tile.like(dtype=target))


def row_reduction(body: Body) -> Tile | None:
    """A column, with a temporary or without."""
    tile = body.pick(exact=True)
    name = body.random.choice(REDUCTIONS["row"])
    if tile is None or not takes(body, name, tile.dtype) or refused_as_column(body, tile):
        return None
    text = tile.name
    if body.chance(0.3):
        text += f", pl.create_tile([{tile.shape[0]}, {tile.shape[1]}], pl.{tile.dtype})"
    return body.define(f"pl.{name}({text})", reduced(tile, 0))


def column_reduction(body: Body) -> Tile | None:
    """A row."""
    tile = body.pick(exact=True)
    name = body.random.choice(REDUCTIONS["col"])
    if tile is None or not takes(body, name, tile.dtype) or refused_as_column(body, tile):
        return None
    return body.define(f"pl.{name}({tile.name})", reduced(tile, 1))


def reduced(tile: Tile, dim: int) -> Tile:
    """The column (0) or the row (1) that a tile is reduced to."""
    one = Extent("1", 1)
    if dim == 0:
        return tile.like(shape=(tile.shape[0], 1), valid=(tile.valid[0], one))
    return tile.like(shape=(1, tile.shape[1]), valid=(one, tile.valid[1]))


def expansion(body: Body) -> Tile | None:
    """A tile with a column or a row."""
    tile = body.pick()
    dim = body.random.choice((0, 1))
    kind, name = ("row", "col")[dim], body.random.choice(EXPANSIONS)
    if tile is None or not takes(body, f"{kind}_expand_{name}", tile.dtype) or refused_as_column(body, tile):
        return None
    vectors = [other for other in body.tiles if other.form == reduced(tile, dim).form]
    vector = body.random.choice(vectors) if vectors else _vector(body, tile, dim)
    if vector is None:
        return None
    is_rough = tile.rough or vector.rough
    if is_rough and name in ("add", "sub"):
        return None
    return body.define(f"pl.{kind}_expand_{name}({tile.name}, {vector.name})", tile.like(rough=is_rough))


def _vector(body: Body, tile: Tile, dim: int) -> Tile | None:
    """A column or row of a tile, made for it."""
    name = f"{('row', 'col')[dim]}_max"
    if tile.rough or not takes(body, name, tile.dtype):
        return None
    return body.define(f"pl.{name}({tile.name})", reduced(tile, dim))


def reshape(body: Body) -> Tile | None:
    """The same elements in another shape."""
    tile = body.pick()
    if tile is None:
        return None
    rows, columns = tile.shape
    if 1 in tile.shape and body.chance(0.7):
        turned = tile.like(shape=(columns, rows), valid=tile.valid[::-1])
        return body.define(f"pl.reshape({tile.name}, [{columns}, {rows}])", turned)
    if not tile.is_whole:
        return None
    block = 1 if body.chance(DARING) else granule(tile)
    if columns % block:
        return None
    widths = [size for size in range(block, rows * columns + 1, block) if rows * columns % size == 0]
    shape = (rows * columns // (wide := body.random.choice(widths)), wide)
    return body.define(f"pl.reshape({tile.name}, [{shape[0]}, {shape[1]}])", tile.like(shape=shape, valid=whole(shape)))


def transpose(body: Body) -> Tile | None:
    """Rows and columns exchanged."""
    tile = body.pick()
    if tile is None or not takes(body, "transpose", tile.dtype):
        return None
    return body.define(f"pl.transpose({tile.name})", tile.like(shape=tile.shape[::-1], valid=tile.valid[::-1]))


def window(body: Body) -> Tile | None:
    """A part of a tile that is wholly valid there."""
    tile = body.pick()
    if tile is None:
        return None
    limits = [min(extent.least, size) for extent, size in zip(tile.valid, tile.shape, strict=True)]
    is_column, is_daring = tile.shape[1] == 1, body.chance(DARING)
    rows = body.random.choice((limits[0], body.random.randint(1, limits[0])))
    columns = body.random.choice((limits[1], limits[1], body.random.randint(min(2, limits[1]), limits[1])))
    if ((columns == 1 and not is_column) or (tile.dtype.size == 1 and columns % 2)) and not is_daring:
        return None
    shape, part = f"[{rows}, {columns}]", tile.like(shape=(rows, columns), valid=whole((rows, columns)))
    steps = [1, 1] if is_daring else [granule(tile), 1] if is_column else [1, granule(tile)]
    counts = [(limit - size) // step for limit, size, step in zip(limits, (rows, columns), steps, strict=True)]
    row, column = (body.random.randint(0, count) * step for count, step in zip(counts, steps, strict=True))
    places = [f"({body.offset(count)}) * {step}" for count, step in zip(counts, steps, strict=True)]
    match body.random.randint(0, 3):
        case 0:
            text = f"pl.extract({tile.name}, [{places[0]}, {places[1]}], {shape})"
        case 1:
            text = f"pl.slice({tile.name}, {shape}, [{places[0]}, {column}])"
        case 2:
            text = f"pl.slice({tile.name}, {shape}, [{row}, {column}])"
        case _:
            text = f"{tile.name}[{row}:{row + rows}, {column}:{column + columns}]"
    return body.define(text, part)


def fillpad(body: Body) -> Tile | None:
    """A tile made valid everywhere."""
    tile = body.pick()
    if tile is None or not takes(body, "fillpad", tile.dtype):
        return None
    pad = body.random.choice(("", "", ", pad_value=pl.PadValue.min", ", pad_value=pl.PadValue.max"))
    return body.define(f"pl.fillpad({tile.name}{pad})", tile.like(valid=whole(tile.shape)))


def set_validshape(body: Body) -> Tile | None:
    """A tile of which less is valid."""
    tile = body.pick()
    if tile is None:
        return None
    rows, columns = (body.extent(size, extent.least) for size, extent in zip(tile.shape, tile.valid, strict=True))
    text = f"pl.set_validshape({tile.name}, {rows.text}, {columns.text})"
    return body.define(text, tile.like(valid=(rows, columns)))


def move(body: Body) -> Tile | None:
    """A copy, or the same tile under another name."""
    tile = body.pick()
    if tile is None:
        return None
    text = f"pl.move({tile.name}, target_memory=pl.MemorySpace.UB)" if body.chance(0.5) else tile.name
    return body.define(text, tile.like())


def swap(body: Body) -> Tile | None:
    """Two or three names that exchange their tiles."""
    tile = body.pick()
    if tile is None:
        return None
    named = [other for other in body.tiles if other.kind == tile.kind]
    if len(named) < 2:
        return None
    names = [other.name for other in body.random.sample(named, min(len(named), body.random.choice((2, 2, 3))))]
    body.line(f"{', '.join(names)} = {', '.join(names[1:] + names[:1])}")
    return tile


WRITERS: tuple[tuple[int, Write], ...] = (
    (5, load),
    (2, full),
    (5, unary),
    (2, rough),
    (9, binary),
    (6, with_scalar),
    (4, cast),
    (5, row_reduction),
    (4, column_reduction),
    (8, expansion),
    (4, reshape),
    (3, transpose),
    (5, window),
    (3, fillpad),
    (3, set_validshape),
    (2, move),
    (3, swap),
    (1, atomic),
    (2, update),
    (3, keep),
)
"""The statements with how often each is tried."""
