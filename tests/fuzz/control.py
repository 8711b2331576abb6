"""Random blocks of statements: branches and loops around what a table of writers gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.fuzz.body import Body
from tests.fuzz.facts import Extent, Integer, Tile

DEPTH = 3
TRIES = 12

Writers = tuple[tuple[int, Callable[[Body], "Tile | None"]], ...]


def write_block(body: Body, writers: Writers, size: int, depth: int = 0) -> None:
    """About `size` statements."""
    for _ in range(size):
        kind = body.random.random()
        if depth < DEPTH and kind < 0.10:
            _loop(body, writers, depth)
        elif depth < DEPTH and kind < 0.18:
            _branch(body, writers, depth)
        elif depth < DEPTH and kind < 0.22:
            _merge(body, writers, depth)
        elif kind < 0.25:
            _narrow(body)
        elif kind < 0.27:
            _narrow_in_place(body)
        elif kind < 0.30 and depth < DEPTH:
            _written_carry(body, writers, depth)
        elif kind < 0.34:
            write_scalar(body)
        else:
            write_one(body, writers)


def write_one(body: Body, writers: Writers) -> None:
    """One statement: the first of some random writers that finds what it needs."""
    weights, functions = zip(*writers, strict=True)
    for write in body.random.choices(functions, weights, k=TRIES):
        if write(body) is not None:
            return


def _loop(body: Body, writers: Writers, depth: int) -> None:
    index = body.name("i")
    trips = body.trips
    bounds, least, most = body.random.choice(
        (
            ("3", 0, 2),
            (trips.name, 0, max(0, int(trips.value) - 1)),
            (f"1, {trips.name} + 1", 1, max(1, int(trips.value))),
            ("0, 8, 3", 0, 6),
            (f"{trips.name}, 0, -1", 1, max(1, int(trips.value))),
            ("1", 0, 0),
            ("2, 2", 2, 2),
        )
    )
    with body.block(f"for {index} in pl.range({bounds}):"):
        body.integers += 2 * [Integer(index, least, most)]
        write_block(body, writers, body.random.randint(1, 4), depth + 1)


def _written_carry(body: Body, writers: Writers, depth: int) -> None:
    """A loop that says what it carries, and under which names it leaves."""
    tiles = [tile for _ in range(body.random.choice((1, 2))) if (tile := body.pick()) is not None]
    if not tiles:
        return
    carried, left = ([body.name("t") for _ in tiles] for _ in range(2))
    index, trips = body.name("i"), body.trips
    names, initial = (f"{', '.join(some)}," for some in (carried, [tile.name for tile in tiles]))
    with body.block(f"for {index}, ({names}) in pl.range({trips.name}, init_values=({initial})):"):
        body.integers.append(Integer(index, 0, max(0, int(trips.value) - 1)))
        body.tiles += [replace(tile, name=name) for tile, name in zip(tiles, carried, strict=True)]
        write_block(body, writers, body.random.randint(1, 3), depth + 1)
        yielded = [body.random.choice([one.name for one in body.tiles if one.kind == tile.kind]) for tile in tiles]
        body.line(f"{', '.join(left)} = pl.yield_({', '.join(yielded)})")
    body.tiles += [replace(tile, name=name) for tile, name in zip(tiles, left, strict=True)]


def write_scalar(body: Body) -> None:
    """A number that changes, or a new one."""
    found = body.random.choice(body.integers).text
    if body.chance(0.6):
        choices = [
            f"{found} // 2",
            f"{found} * 3 % 7",
            f"pl.max({found}, 2)",
            f"({found} if {body.condition()} else 3)",
        ]
        text = f"pl.cast({body.random.choice(choices)}, pl.INDEX)"
        if body.counters and body.chance(0.6):
            name = body.random.choice(body.counters)
            body.line(f"{name} = {name} + {text}")
            return
        body.counters.append(body.name("k"))
        body.line(f"{body.counters[-1]} = {text}")
        return
    factor = body.number()
    text = body.random.choice(
        (f"{factor} * 0.5", f"{factor} - 1.0", f"{factor} / 3.0", f"-{factor}", f"pl.min({factor}, 2.0)")
    )
    name = body.random.choice(body.factors) if body.factors and body.chance(0.6) else body.name("f")
    body.line(f"{name} = {text}")
    if name not in body.factors:
        body.factors.append(name)


def _branch(body: Body, writers: Writers, depth: int) -> None:
    with body.block(f"if {body.condition()}:"):
        write_block(body, writers, body.random.randint(1, 3), depth + 1)
    if body.chance(0.3):
        with body.block(f"elif {body.condition()}:"):
            write_block(body, writers, body.random.randint(1, 2), depth + 1)
    if body.chance(0.5):
        with body.block("else:"):
            write_block(body, writers, body.random.randint(1, 3), depth + 1)


def _merge(body: Body, writers: Writers, depth: int) -> None:
    """A name that both branches define, each with a tile of one kind."""
    tile = body.pick()
    if tile is None:
        return
    name = body.name("t")
    for opening in (f"if {body.condition()}:", "else:"):
        with body.block(opening):
            write_block(body, writers, body.random.randint(0, 2), depth + 1)
            body.line(f"{name} = {body.random.choice([t.name for t in body.tiles if t.kind == tile.kind])}")
    body.tiles.append(replace(tile, name=name))


def _narrow(body: Body) -> None:
    """A valid shape that depends on the path: only as much as both paths leave is known of it."""
    tiles = [tile for tile in body.tiles if not tile.valid[0].is_known and not tile.valid[1].is_known]
    if not tiles:
        return
    tile = body.random.choice(tiles)
    extents = [body.extent(size, extent.least) for size, extent in zip(tile.shape, tile.valid, strict=True)]
    if any(extent.is_known for extent in extents):
        return
    name = body.name("t")
    with body.block(f"if {body.condition()}:"):
        body.line(f"{name} = pl.set_validshape({tile.name}, {extents[0].text}, {extents[1].text})")
    with body.block("else:"):
        body.line(f"{name} = {tile.name}")
    rows, columns = (
        Extent(body.name("unknown"), min(one.least, other.least))
        for one, other in zip(tile.valid, extents, strict=True)
    )
    body.tiles.append(replace(tile, name=name, valid=(rows, columns)))


def _narrow_in_place(body: Body) -> None:
    """A name of this block whose tile is partly valid on one path."""
    if not body.tiles[body.start :]:
        return
    tile = body.random.choice(body.tiles[body.start :])
    rows, columns = (body.extent(size, extent.least) for size, extent in zip(tile.shape, tile.valid, strict=True))
    with body.block(f"if {body.condition()}:"):
        body.line(f"{tile.name} = pl.set_validshape({tile.name}, {rows.text}, {columns.text})")
    unknown = (
        extent if new.text == extent.text else Extent(body.name("unknown"), min(extent.least, new.least))
        for extent, new in zip(tile.valid, (rows, columns), strict=True)
    )
    first, second = unknown
    body.tiles = [replace(one, valid=(first, second)) if one.name == tile.name else one for one in body.tiles]
