"""Random blocks of vector kernels: branches, loops and what flows through them, around the statements of a table."""

from __future__ import annotations

from dataclasses import replace

from tests.fuzz.writing.body import Body
from tests.fuzz.writing.facts import Extent, Integer
from tests.fuzz.writing.vector import WRITERS

DEPTH = 3
"""How deep blocks may stand in blocks."""
TRIES = 12
"""How many writers are asked for a statement before there is none."""


def write_block(body: Body, size: int) -> None:
    """About `size` statements."""
    for _ in range(size):
        kind = body.random.random()
        fitting = (write for limit, write, nests in FORMS if kind < limit and not (nests and body.depth >= DEPTH))
        next(fitting, _one)(body)


def _one(body: Body) -> None:
    """One statement of those of vector kernels: the first of some random writers that finds what it needs."""
    weights, functions = zip(*WRITERS, strict=True)
    for write in body.random.choices(functions, weights, k=TRIES):
        if write(body) is not None:
            return


def _loop(body: Body) -> None:
    index = body.name("i")
    trips = body.trips
    bounds, least, most = body.random.choice(
        (
            ("3", 0, 2),
            (trips.name, 0, body.last_trip),
            (f"1, {trips.name} + 1", 1, max(1, int(trips.value))),
            ("0, 8, 3", 0, 6),
            (f"{trips.name}, 0, -1", 1, max(1, int(trips.value))),
            ("1", 0, 0),
            ("2, 2", 2, 2),
        )
    )
    with body.block(f"for {index} in pl.range({bounds}):"):
        body.integers += 2 * [Integer(index, least, most)]
        write_block(body, body.random.randint(1, 4))


def _written_carry(body: Body) -> None:
    """A loop that says what it carries, and under which names it leaves."""
    tiles = [tile for _ in range(body.random.choice((1, 2))) if (tile := body.pick()) is not None]
    if not tiles:
        return
    carried, left = ([body.name("t") for _ in tiles] for _ in range(2))
    index, trips = body.name("i"), body.trips
    names, initial = (f"{', '.join(some)}," for some in (carried, [tile.name for tile in tiles]))
    with body.block(f"for {index}, ({names}) in pl.range({trips.name}, init_values=({initial})):"):
        body.integers.append(Integer(index, 0, body.last_trip))
        body.tiles += [replace(tile, name=name) for tile, name in zip(tiles, carried, strict=True)]
        write_block(body, body.random.randint(1, 3))
        yielded = [body.random.choice([one.name for one in body.tiles if one.kind == tile.kind]) for tile in tiles]
        body.line(f"{', '.join(left)} = pl.yield_({', '.join(yielded)})")
    body.tiles += [replace(tile, name=name) for tile, name in zip(tiles, left, strict=True)]


def _scalar(body: Body) -> None:
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
    name = body.random.choice(body.numbers) if body.numbers and body.chance(0.6) else body.name("f")
    body.line(f"{name} = {text}")
    if name not in body.numbers:
        body.numbers.append(name)


def _branch(body: Body) -> None:
    with body.block(f"if {body.condition()}:"):
        write_block(body, body.random.randint(1, 3))
    if body.chance(0.3):
        with body.block(f"elif {body.condition()}:"):
            write_block(body, body.random.randint(1, 2))
    if body.chance(0.5):
        with body.block("else:"):
            write_block(body, body.random.randint(1, 3))


def _merge(body: Body) -> None:
    """A name that both branches define, each with a tile of one kind."""
    tile = body.pick()
    if tile is None:
        return
    name = body.name("t")
    for opening in (f"if {body.condition()}:", "else:"):
        with body.block(opening):
            write_block(body, body.random.randint(0, 2))
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


FORMS = (
    (0.10, _loop, True),
    (0.18, _branch, True),
    (0.22, _merge, True),
    (0.25, _narrow, False),
    (0.27, _narrow_in_place, False),
    (0.30, _written_carry, True),
    (0.34, _scalar, False),
)
"""What is no single statement: up to which of the numbers from 0 to 1 it is written, and whether it holds blocks."""
