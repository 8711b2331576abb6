"""The chip's memories as bytes, for placed IR: a tile is what lies at its address, whoever wrote it.

Element offsets as in the public header's tile types (reference: pto-isa.md 2.1): ND and DN by rows and columns, the
others by fractals of 16 rows of 32 bytes (ZN: turned), in L0C of 16 x 16 elements.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from typing_extensions import assert_never

from ptodsl.errors import InternalError
from ptodsl.interpreter.values import Array, Extents, Mask, Tile, all_along, numpy_dtype
from ptodsl.ir.hardware import Layout, Memory
from ptodsl.ir.types import Shape2D, TileType
from ptodsl.machine import Architecture

FRACTAL_ROWS = 16
FRACTAL_ROW_BYTES = 32


def fractal(memory: Memory, layout: Layout, element_size: int) -> Shape2D:
    """Rows and columns of one fractal."""
    if memory is Memory.L0C:
        return (FRACTAL_ROWS, FRACTAL_ROWS)
    rows, columns = FRACTAL_ROWS, FRACTAL_ROW_BYTES // element_size
    return (columns, rows) if layout is Layout.ZN else (rows, columns)


@cache
def element_offsets(physical: Shape2D, layout: Layout, inner: Shape2D) -> Array:
    """Where each element of a tile is, counted in elements from the tile's address."""
    rows, columns = physical
    r, c = np.arange(rows)[:, np.newaxis], np.arange(columns)
    inner_rows, inner_columns = inner
    size = inner_rows * inner_columns
    by_block_rows = r // inner_rows * columns * inner_rows + c // inner_columns * size
    by_block_columns = c // inner_columns * rows * inner_columns + r // inner_rows * size
    row_major = r % inner_rows * inner_columns + c % inner_columns
    column_major = c % inner_columns * inner_rows + r % inner_rows
    match layout:
        case Layout.ND:
            return r * columns + c
        case Layout.DN:
            return c * rows + r
        case Layout.NZ:
            return by_block_columns + row_major
        case Layout.ZN:
            return by_block_rows + column_major
        case Layout.ZZ:
            return by_block_rows + row_major
        case _:
            assert_never(layout)


@dataclass
class ByteMemory:
    """The bytes of one memory, poison at first, and which of them are defined."""

    data: np.ndarray[Any, np.dtype[np.uint8]]
    defined: Mask

    @classmethod
    def poisoned(cls, size: int, poison: int) -> ByteMemory:
        """A memory nobody has written to."""
        return cls(np.full(size, poison, np.uint8), np.zeros(size, np.bool_))


@dataclass
class Memories:
    """All memories of one core while it runs one kernel."""

    architecture: Architecture
    poison: int
    _bytes: dict[Memory, ByteMemory] = field(default_factory=dict[Memory, ByteMemory])

    def read(self, type_: TileType, valid: Extents) -> Tile:
        """What the bytes of a tile hold now, in its valid part."""
        data, defined, places = self._elements(type_, valid)
        return Tile(data[places], all_along(defined, 1)[places])

    def write(self, type_: TileType, tile: Tile) -> None:
        """Puts a tile at its address; its bytes outside the valid part become undefined."""
        data, defined, places = self._elements(type_, tile.valid)
        data[places] = tile.data
        defined[:] = False
        defined[places] = tile.defined[..., np.newaxis]

    def clobber(self, type_: TileType) -> None:
        """Leaves nothing of meaning in the bytes of a tile."""
        data, defined, _ = self._elements(type_, type_.shape)
        data.view(np.uint8)[:] = self.poison
        defined[:] = False

    def _elements(self, type_: TileType, valid: Extents) -> tuple[Array, Mask, Array]:
        """The elements in the order of memory, whether their bytes are defined, and where the valid ones lie."""
        assert type_.memory is not None
        assert type_.offset is not None
        assert type_.physical is not None
        assert type_.layout is not None
        memory = self._memory(type_.memory)
        start, stop = type_.offset, type_.offset + type_.nbytes
        if stop > len(memory.data):
            raise InternalError(f"{type_} ends beyond the {len(memory.data)} bytes of {type_.memory.label}")
        kind = numpy_dtype(type_.dtype)
        places = element_offsets(type_.physical, type_.layout, fractal(type_.memory, type_.layout, kind.itemsize))
        return (
            memory.data[start:stop].view(kind),
            memory.defined[start:stop].reshape(-1, kind.itemsize),
            places[: valid[0], : valid[1]],
        )

    def _memory(self, memory: Memory) -> ByteMemory:
        if memory not in self._bytes:
            size = self.architecture.memories[memory].physical
            self._bytes[memory] = ByteMemory.poisoned(size, self.poison)
        return self._bytes[memory]
