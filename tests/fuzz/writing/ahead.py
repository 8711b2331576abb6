"""Random loops that load for the next iteration while they work on what the one before loaded."""

from __future__ import annotations

from tests.fuzz.writing.body import Body
from tests.fuzz.writing.cube import DTYPES as OPERANDS
from tests.fuzz.writing.cube import CubeBody, accumulator, staged
from tests.fuzz.writing.facts import Extent, Integer, Tensor, Tile, whole
from tests.fuzz.writing.tiles import DTYPES, literal, random_shape, takes

WINDOWS = 4
"""How many windows a tensor has: one more than the most iterations, so that the last may load ahead too."""


def load_ahead(body: Body) -> None:
    """One tile that is carried, or two that take turns; each window goes through to an output."""
    shape, dtype = random_shape(body), body.random.choice(DTYPES)
    tensor = body.input((shape[0] * WINDOWS, shape[1]), dtype)
    output = body.output(Tensor("", tensor.shape, dtype))
    names = [body.name("t") for _ in range(body.random.choice((1, 2)))]
    for place, name in enumerate(names):
        body.line(_load(name, tensor, shape, str(place * shape[0])))
    index = body.name("i")
    with body.block(f"for {index} in pl.range({body.trips.name}):"):
        body.integers.append(Integer(index, 0, body.last_trip))
        if len(names) == 1:
            _through(body, names[0], tensor, output, shape, index)
        else:
            for opening, name in zip((f"if {index} % 2 == 0:", "else:"), names, strict=True):
                with body.block(opening):
                    _through(body, name, tensor, output, shape, index)
    body.tiles.append(Tile(names[0], shape, dtype, whole(shape)))


def _load(name: str, tensor: Tensor, shape: tuple[int, int], row: str) -> str:
    return f"{name} = pl.load({tensor.name}, [{row}, 0], [{shape[0]}, {shape[1]}])"


def _through(body: Body, name: str, tensor: Tensor, output: Tensor, shape: tuple[int, int], index: str) -> None:
    """The next window is loaded before or after this one is stored."""
    rows, now = shape[0], body.name("t")
    following = _load(name, tensor, shape, f"pl.min({index} + {body.random.choice((1, 2))}, {WINDOWS - 1}) * {rows}")
    body.line(f"{now} = {name}")
    if body.chance(0.7):
        body.line(following)
        following = ""
    if takes(body, "adds", tensor.dtype):
        body.line(f"{now} = {now} + {literal(body.random, tensor.dtype)}")
    body.line(f"{output.name} = pl.store({now}, [{index} * {rows}, 0], {output.name})")
    if following:
        body.line(following)


def load_ahead_of_product(body: CubeBody) -> None:
    """A left operand in L1 that is loaded for the next product right after it was moved for this one."""
    product = body.pick()
    if product is None:
        return
    dtype = body.random.choice([one for one in OPERANDS if accumulator(one) is product.dtype])
    rows, depth = product.shape[0], body.random.choice((8, 16, 17, 32))
    along_k, (high, wide) = Extent(str(depth), depth), product.valid
    tensor = body.input((rows, depth * WINDOWS), dtype, whole=True)
    name, index = body.name("l"), body.name("i")
    form = f"[{rows}, {depth}], valid_shape=[{high.text}, {depth}], target_memory=pl.MemorySpace.L1)"
    body.line(f"{name} = pl.load({tensor.name}, [0, 0], {form}")
    with body.block(f"for {index} in pl.range({body.trips.name}):"):
        body.integers.append(Integer(index, 0, body.last_trip))
        left = body.name("m")
        right = staged(body, (depth, product.shape[1]), dtype, along_k, wide, is_left=False)
        body.line(f"{left} = pl.move({name}, target_memory=pl.MemorySpace.L0A)")
        body.line(f"{name} = pl.load({tensor.name}, [0, ({index} + 1) * {depth}], {form}")
        body.line(f"{product.name} = pl.matmul_acc({product.name}, {left}, {right})")
