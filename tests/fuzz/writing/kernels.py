"""Random kernels of either core, and how their definitions read."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ptodsl.ir.dtypes import BF16, FP16, FP32
from ptodsl.machine import Architecture
from tests.fuzz.writing import ahead, control, cube, transfers
from tests.fuzz.writing.body import Body
from tests.fuzz.writing.facts import Scalar, Tensor
from tests.fuzz.writing.tiles import COLUMNS_OF_TILES, ROWS_OF_TILES

SIZES = (2, 3, 4, 4, 5, 6, 8, 10, 12, 30)
"""About how many statements a vector kernel has."""
LARGE = 0.04
"""How often the tiles of a kernel are as large as those of real ones."""

AHEAD = 0.15
"""How often a kernel has a loop that loads for the next iteration."""


@dataclass(frozen=True)
class Kernel:
    """A kernel of a program. `provided` says how many of its last outputs a caller may leave out."""

    name: str
    lines: tuple[str, ...]
    inputs: tuple[Tensor, ...]
    scalars: tuple[Scalar, ...]
    outputs: tuple[Tensor, ...]
    provided: int

    def text(self, random: Random) -> list[str]:
        """The lines of its definition."""
        parameters = [f"{one.name}: {one.annotation}" for one in self.inputs]
        parameters += [f"{one.name}: pl.Scalar[pl.{one.dtype}]" for one in self.scalars]
        for one in self.outputs:
            written = one.covered and random.random() < 0.5
            parameters.append(f"{one.name}: {f'pl.Out[{one.annotation}]' if written else one.annotation}")
        results = ", ".join(one.annotation for one in self.outputs)
        result = f"tuple[{results}]" if len(self.outputs) > 1 else results
        return [
            "@pl.function" if random.random() < 0.5 else "@pl.function(type=pl.FunctionType.InCore)",
            f"def {self.name}(self, {', '.join(parameters)}) -> {result}:",
            *(f"    {line}" for line in self.lines),
            f"    return {', '.join(one.name for one in self.outputs)}",
        ]


def random_kernel(
    name: str, random: Random, architecture: Architecture, made: list[Tensor], *, is_cube: bool, feeds_cube: bool
) -> Kernel:
    """A kernel whose inputs may be what others have `made`; one that feeds products gives small whole numbers."""
    if is_cube:
        body: Body = cube_kernel(random, architecture, [one for one in made if one.whole])
    elif feeds_cube:
        body = rounding_kernel(random, architecture)
    else:
        body = vector_kernel(random, architecture, made)
    outputs = sorted(body.outputs, key=lambda one: one.covered)
    used = "\n".join(body.lines)
    scalars = [one for one in body.scalars if one.name in used]
    covered = sum(one.covered for one in outputs)
    provided = random.randint(0, covered) if random.random() < 0.7 else 0
    return Kernel(name, tuple(body.lines), tuple(body.inputs), tuple(scalars), tuple(outputs), provided)


def vector_kernel(random: Random, architecture: Architecture, made: list[Tensor]) -> Body:
    """The body of a vector kernel; its first tiles may be what other kernels have written."""
    body = Body(random, architecture, made, is_large=random.random() < LARGE)
    for one in random.sample(made, min(len(made), 2)):
        transfers.load_all(body, one)
    while len(body.tiles) < 2:
        transfers.load(body)
    if random.random() < AHEAD:
        ahead.load_ahead(body)
    control.write_block(body, random.choice(SIZES[:4] if body.is_large else SIZES))
    for tile in random.sample(body.tiles, min(len(body.tiles), random.randint(1, 4))):
        transfers.store(body, tile)
    return body


def rounding_kernel(random: Random, architecture: Architecture) -> Body:
    """The body of a vector kernel whose outputs are operands of products: small whole numbers."""
    body = Body(random, architecture)
    for _ in range(random.choice((1, 2))):
        shape = random.choice(ROWS_OF_TILES), random.choice(COLUMNS_OF_TILES)
        dtype = random.choice((FP16, FP16, BF16, FP32))
        tensor = body.input(shape, FP32)
        tile, size = body.name("t"), f"[{shape[0]}, {shape[1]}]"
        body.line(f"{tile} = pl.load({tensor.name}, [0, 0], {size})")
        body.line(f"{tile} = pl.minimum(pl.maximum({tile} * {random.choice(('0.5', '-1.5', '2.0'))}, -6.0), 6.0)")
        body.line(f"{tile} = pl.cast(pl.cast({tile}, pl.INT32), pl.FP32)")
        output = body.output(Tensor("", shape, dtype, covered=True, whole=True))
        body.line(f"{output.name} = pl.store(pl.cast({tile}, pl.{dtype}), [0, 0], {output.name})")
    return body


def cube_kernel(random: Random, architecture: Architecture, made: list[Tensor]) -> Body:
    """The body of a cube kernel."""
    body = cube.CubeBody(random, architecture, made, is_large=random.random() < LARGE)
    cube.matmul(body)
    if random.random() < AHEAD:
        ahead.load_ahead_of_product(body)
    cube.write_block(body, random.randint(1, 2 if body.is_large else 6))
    for tile in random.sample(body.tiles, min(len(body.tiles), 2)):
        cube.store(body, tile)
    return body
