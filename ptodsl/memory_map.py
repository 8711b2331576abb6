"""Where each tile of a program lies, and how long it is needed: what overflow errors, dumps and users read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ptodsl.ir.hardware import Memory
from ptodsl.ir.liveness import live_ranges
from ptodsl.ir.naming import unique_names
from ptodsl.ir.nodes import Function, FunctionKind, Program, Value
from ptodsl.ir.rewrite import values_of
from ptodsl.ir.span import Span
from ptodsl.ir.tiles import tile_type
from ptodsl.ir.types import TileType


@dataclass(frozen=True)
class MapRow:
    """One tile: its bytes, the line that makes it, and the last line that needs it.

    `offset` and `size` are in bytes; `offset` is None for a tile that could not be placed. `live` is the range of
    lines, both included; over a back edge the last one may stand before the first.
    """

    kernel: str
    tile: str
    type: str
    memory: Memory
    offset: int | None
    size: int
    live: tuple[int, int]
    line: int


@dataclass(frozen=True)
class MemoryMap:
    """The tiles of all kernels of a program, by kernel, memory and offset. `str()` of it is a table for each memory."""

    rows: tuple[MapRow, ...]

    def __iter__(self) -> Iterator[MapRow]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        parts: dict[tuple[str, Memory], list[MapRow]] = {}
        for row in self.rows:
            parts.setdefault((row.kernel, row.memory), []).append(row)
        return "\n\n".join(_titled(kernel, memory, rows) for (kernel, memory), rows in parts.items())


@dataclass(frozen=True)
class Column:
    """A column of the table: its heading, and whether it holds numbers, which align at the right."""

    heading: str
    number: bool = False


_COLUMNS = (
    Column("tile"),
    Column("type"),
    Column("offset", number=True),
    Column("bytes", number=True),
    Column("live in lines"),
    Column("made in line", number=True),
)


def map_text(rows: Iterable[MapRow]) -> str:
    """Rows of one memory as a table, its columns aligned."""
    table = [tuple(column.heading for column in _COLUMNS), *(_cells(row) for row in rows)]
    widths = [max(len(cell) for cell in cells) for cells in zip(*table, strict=True)]
    return "\n".join(_line(cells, widths) for cells in table)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    aligned = (
        cell.rjust(width) if column.number else cell.ljust(width)
        for cell, width, column in zip(cells, widths, _COLUMNS, strict=True)
    )
    return "  ".join(aligned).rstrip()


def _cells(row: MapRow) -> tuple[str, ...]:
    first, last = row.live
    lines = str(first) if first == last else f"{first}-{last}"
    offset = "-" if row.offset is None else f"0x{row.offset:x}"
    return (row.tile, row.type, offset, str(row.size), lines, str(row.line))


def _titled(kernel: str, memory: Memory, rows: list[MapRow]) -> str:
    used = max(row.size + (row.offset or 0) for row in rows)
    return f"{kernel}, {memory.label}: {used} bytes\n{map_text(rows)}"


def map_row(kernel: str, tile: Value, name: str, size: int, last: Span) -> MapRow:
    """The row of a tile, by its name in the kernel's text, whose bytes are needed from where it is made to `last`."""
    type_ = tile_type(tile)
    assert type_.memory is not None
    text = f"{type_.shape[0]}x{type_.shape[1]}x{type_.dtype.name}"
    line = tile.span.line
    return MapRow(kernel, name, text, type_.memory, type_.offset, size, (line, last.line), line)


def memory_map(placed: Program) -> MemoryMap:
    """The map of a program whose tiles have offsets."""
    kernels = (function for function in placed.functions if function.kind is FunctionKind.KERNEL)
    return MemoryMap(tuple(row for kernel in kernels for row in _rows(kernel)))


def _rows(kernel: Function) -> list[MapRow]:
    live = live_ranges(kernel)
    order = {memory: number for number, memory in enumerate(Memory)}
    names = unique_names(kernel)
    rows = [
        map_row(kernel.name, value, names[value], value.type.nbytes, live.last_use(value).span)
        for value in values_of(kernel)
        if isinstance(value.type, TileType)
    ]
    return sorted(rows, key=lambda row: (order[row.memory], row.offset or 0, row.line))
