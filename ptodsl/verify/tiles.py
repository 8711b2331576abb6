"""Whether one placed tile can lie where it does: capacity, alignment, physical shape and layout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ptodsl.errors import Diagnostic
from ptodsl.errors.memory import PhysicalShapeWrong, TileBeyondCapacity, TileMisaligned, TileUnplaced
from ptodsl.ir.hardware import Layout, Memory
from ptodsl.ir.nodes import Value
from ptodsl.ir.types import TileType
from ptodsl.machine import Architecture, MemorySpec
from ptodsl.verify.footprint import footprint, round_up


@dataclass(frozen=True)
class TileCheck:
    """One tile value against one architecture."""

    value: Value
    tile: TileType
    architecture: Architecture

    def findings(self) -> Iterator[Diagnostic]:
        """What is wrong with it by itself."""
        missing = [name for name in ("memory", "physical", "layout", "offset") if getattr(self.tile, name) is None]
        if missing:
            words = " and no ".join("physical shape" if name == "physical" else name for name in missing)
            yield TileUnplaced(self.value.span, name=self.value.name, missing=words, type=self.tile)
            return
        assert self.tile.memory is not None
        spec = self.architecture.memories.get(self.tile.memory)
        if spec is None:
            yield self._wrong(f"{self.architecture.name} has no such memory", "use a memory of the architecture")
            return
        yield from self._shape(spec)
        yield from self._address(spec)

    def _shape(self, spec: MemorySpec) -> Iterator[Diagnostic]:
        tile = self.tile
        assert tile.physical is not None
        if tile.layout not in spec.layouts:
            legal = " or ".join(layout.value for layout in spec.layouts)
            assert tile.layout is not None
            yield self._wrong(f"its layout is {tile.layout.value}", f"use {legal}")
        elif tile.physical[0] < tile.shape[0] or tile.physical[1] < tile.shape[1]:
            problem = f"its physical shape {_text(tile.physical)} is smaller than its shape {_text(tile.shape)}"
            yield self._wrong(problem, "round the shape up, never down")
        else:
            needed = _rounded(tile, spec)
            if tile.physical != needed:
                problem = f"its physical shape {_text(tile.physical)} is not rounded up to whole blocks"
                yield self._wrong(problem, f"give it {_text(needed)}")

    def _address(self, spec: MemorySpec) -> Iterator[Diagnostic]:
        tile, offset = self.tile, self.tile.offset
        assert offset is not None
        assert tile.memory is not None
        fields = {"name": self.value.name, "memory": tile.memory.label, "type": tile}
        if offset % spec.alignment:
            below = offset - offset % spec.alignment
            places = {"start": hex(offset), "below": hex(below), "above": hex(below + spec.alignment)}
            yield TileMisaligned(self.value.span, alignment=spec.alignment, **fields, **places)
        end = offset + footprint(tile)
        if offset < 0 or end > spec.capacity:
            places = {"start": hex(offset), "end": hex(end), "capacity": f"{spec.capacity} (0x{spec.capacity:x})"}
            how = self._capacity_remedy(tile.memory, spec)
            yield TileBeyondCapacity(self.value.span, architecture=self.architecture.name, how=how, **fields, **places)

    def _capacity_remedy(self, memory: Memory, spec: MemorySpec) -> str:
        if memory is Memory.UB and self.architecture.hidden_scratch and spec.physical > spec.capacity:
            return f"keep below 0x{spec.capacity:x}: library instructions use the bytes above as scratch"
        return (
            f"keep below 0x{spec.capacity:x}: use smaller tiles, or let tiles that are never live together share bytes"
        )

    def _wrong(self, problem: str, how: str) -> Diagnostic:
        assert self.tile.memory is not None
        fields = {"name": self.value.name, "memory": self.tile.memory.label, "type": self.tile}
        return PhysicalShapeWrong(self.value.span, problem=problem, how=how, **fields)


def _rounded(tile: TileType, spec: MemorySpec) -> tuple[int, int]:
    """The physical shape rounded up to what the memory holds; equal to it where it is a multiple already."""
    assert tile.physical is not None
    rows, columns = tile.physical
    if spec.block:
        granule = spec.granule(tile.dtype)
        return round_up(rows, granule), round_up(columns, granule)
    block = max(1, spec.alignment // tile.dtype.size)
    return (rows, round_up(columns, block)) if tile.layout is Layout.ND else (round_up(rows, block), columns)


def _text(shape: tuple[int, int]) -> str:
    return f"{shape[0]}x{shape[1]}"
