"""Random cube kernels: products of windows, chained and in loops, with operands turned, staged and partly valid."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from ptodsl.ir.dtypes import BF16, FP16, FP32, INT8, INT32, DType
from tests.fuzz.writing.body import Body
from tests.fuzz.writing.facts import Extent, Integer, Shape, Tensor, Tile, whole

SIZES = (1, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 48, 64)
LARGE = (64, 100, 128, 128, 256)
DTYPES = (FP16, FP16, BF16, FP32, INT8)
DEPTH = 2
"""How deep blocks may stand in blocks."""


@dataclass(frozen=True)
class Operand:
    """A staged operand, in L1 or where the compiler puts it, and which side it is loaded for."""

    name: str
    shape: tuple[int, int]
    dtype: DType
    along_k: Extent
    other: Extent
    """What is valid of the other dim: rows of a left operand, columns of a right one."""
    is_left: bool


@dataclass
class CubeBody(Body):
    """A cube kernel being written; `operands` are the staged ones that are visible."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.operands: list[Operand] = []

    @contextmanager
    def block(self, opening: str) -> Generator[None]:
        """The lines of an indented block; what it stages ends with it."""
        operands = list(self.operands)
        with super().block(opening):
            yield
        self.operands = operands


def load(
    body: CubeBody, shape: tuple[int, int], dtype: DType, along_k: Extent, other: Extent, *, is_left: bool
) -> Operand:
    """A window of an input, turned or not, as an operand of which a part is valid."""
    turned = body.chance(0.4)
    window = shape[::-1] if turned else shape
    tensor = _tensor(body, window, dtype)
    extents = tensor.shape
    places = [body.offset(extent - size) for extent, size in zip(extents, window, strict=True)]
    text = f"pl.load({tensor.name}, [{places[0]}, {places[1]}], [{window[0]}, {window[1]}]"
    in_l1 = turned or body.chance(0.6)
    valid = [other.text, along_k.text] if is_left else [along_k.text, other.text]
    if valid != [str(size) for size in shape]:
        text += f", valid_shape=[{', '.join(valid)}]"
    text += ", target_memory=pl.MemorySpace.L1" if in_l1 else ""
    name = body.name("l")
    body.line(f"{name} = {text}{', transpose=True' if turned else ''})")
    operand = Operand(name, shape, dtype, along_k, other, is_left)
    if in_l1:
        body.operands.append(operand)
    return operand


def _tensor(body: CubeBody, window: Shape, dtype: DType) -> Tensor:
    """What a window may be of: a tensor that another kernel has made, or an argument."""
    made = [one for one in body.wanted if one.dtype is dtype and all(map(int.__le__, window, one.shape))]
    if made and body.chance(0.7):
        return body.input(body.random.choice(made).shape, dtype, whole=True)
    extents = tuple(size + body.random.choice((0, 0, 5)) if size > 1 else 1 for size in window)
    return body.input(extents, dtype, whole=True)


def sizes(body: CubeBody) -> tuple[int, ...]:
    """What the extents of a kernel's products are chosen from."""
    wanted = [size for tensor in body.wanted for size in tensor.shape]
    return LARGE if body.is_large else (*SIZES, *wanted, *wanted)


def staged(
    body: CubeBody, shape: tuple[int, int], dtype: DType, along_k: Extent, other: Extent, *, is_left: bool
) -> str:
    """The name of an operand, one that is there or a new one, moved to its side explicitly or not."""
    wanted = (shape, dtype, along_k.text, other.text, is_left)
    fitting = [
        one for one in body.operands if (one.shape, one.dtype, one.along_k.text, one.other.text, one.is_left) == wanted
    ]
    reuse = fitting and body.chance(0.4)
    operand = body.random.choice(fitting) if reuse else load(body, shape, dtype, along_k, other, is_left=is_left)
    if operand not in body.operands or body.chance(0.4):
        return operand.name
    side = "L0A" if is_left else "L0B"
    name = body.name("m")
    body.line(f"{name} = pl.move({operand.name}, target_memory=pl.MemorySpace.{side})")
    return name


def accumulator(dtype: DType) -> DType:
    """What products of a dtype add up in."""
    return INT32 if dtype is INT8 else FP32


def factors(body: CubeBody, product: Tile, dtype: DType) -> str:
    """A left and a right operand of a product."""
    (rows, columns), (high, wide) = product.shape, product.valid
    depth = body.random.choice(sizes(body))
    along_k = body.extent(depth) if body.chance(0.35) else Extent(str(depth), depth)
    left = staged(body, (rows, depth), dtype, along_k, high, is_left=True)
    return f"{left}, {staged(body, (depth, columns), dtype, along_k, wide, is_left=False)}"


def product_of(body: CubeBody, dtype: DType) -> Tile:
    """A product to write: its name, its shape and what of it is valid."""
    shape = body.random.choice(sizes(body)), body.random.choice(sizes(body))
    valid = (body.extent(shape[0]), body.extent(shape[1])) if body.chance(0.25) else whole(shape)
    return Tile(body.name("c"), shape, accumulator(dtype), valid)


def matmul(body: CubeBody) -> None:
    """A new product."""
    dtype = body.random.choice(DTYPES)
    tile = product_of(body, dtype)
    body.line(f"{tile.name} = pl.matmul({factors(body, tile, dtype)})")
    body.tiles.append(tile)


def accumulate(body: CubeBody) -> None:
    """One more product into an accumulator; its old value is dead after."""
    tile = body.pick()
    if tile is None:
        return
    dtype = INT8 if tile.dtype is INT32 else body.random.choice(DTYPES[:-1])
    body.line(f"{tile.name} = pl.matmul_acc({tile.name}, {factors(body, tile, dtype)})")


def store(body: CubeBody, tile: Tile) -> None:
    """An accumulator into an output of its own, FP32 also narrowed."""
    rows, columns = tile.shape
    dtype = body.random.choice((FP32, FP32, FP16, BF16)) if tile.dtype is FP32 else INT32
    covered = body.depth == 0 and tile.is_whole and body.chance(0.6)
    shape = tile.shape if covered else (rows + body.random.choice((0, 3)), columns + body.random.choice((0, 7)))
    tensor = body.output(Tensor("", shape, dtype, covered=covered))
    place = f"[{body.offset(shape[0] - rows)}, {body.offset(shape[1] - columns)}]"
    body.line(f"{tensor.name} = pl.store({tile.name}, {place}, {tensor.name})")


def write_block(body: CubeBody, size: int) -> None:
    """About `size` statements."""
    for _ in range(size):
        kind = body.random.random()
        if body.depth < DEPTH and kind < 0.25:
            nested(body)
        elif kind < 0.3 and len(body.tiles) < 4:
            merged(body)
        elif kind < 0.55 and len(body.tiles) < 4:
            matmul(body)
        elif kind < 0.9 or not body.tiles:
            accumulate(body)
        else:
            store(body, body.random.choice(body.tiles))


def merged(body: CubeBody) -> None:
    """A product that is one of two."""
    dtype = body.random.choice(DTYPES)
    tile = product_of(body, dtype)
    for opening in (f"if {body.condition()}:", "else:"):
        with body.block(opening):
            body.line(f"{tile.name} = pl.matmul({factors(body, tile, dtype)})")
    body.tiles.append(tile)


def nested(body: CubeBody) -> None:
    """A loop or a branch."""
    index = body.name("i")
    if body.chance(0.6):
        bound, most = body.random.choice(((body.trips.name, body.last_trip), ("3", 2)))
        with body.block(f"for {index} in pl.range({bound}):"):
            body.integers += 2 * [Integer(index, 0, most)]
            write_block(body, body.random.randint(1, 3))
        return
    with body.block(f"if {body.condition()}:"):
        write_block(body, body.random.randint(1, 3))
    if body.chance(0.4):
        with body.block("else:"):
            write_block(body, body.random.randint(1, 2))
