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
