"""C++ types of tiles and of windows into global memory."""

from __future__ import annotations

from dataclasses import dataclass

from ptodsl.ir.dtypes import DType
from ptodsl.ir.hardware import Layout, Memory
from ptodsl.ir.types import Extent, TileType

DYNAMIC = -1

_ALIASES = {Memory.L0A: "TileLeft", Memory.L0B: "TileRight", Memory.L0C: "TileAcc"}
"""The L0 tiles' layouts differ between targets: the header's aliases know which."""

_LOCATIONS = {Memory.UB: "Vec", Memory.L1: "Mat"}

_LAYOUTS = {
    Layout.ND: ("RowMajor", ""),
    Layout.DN: ("ColMajor", ""),
    Layout.NZ: ("ColMajor", "RowMajor"),
    Layout.ZN: ("RowMajor", "ColMajor"),
    Layout.ZZ: ("RowMajor", "RowMajor"),
}
"""Block order and fractal order of each layout, as the header names them."""


@dataclass(frozen=True)
class TileSpelling:
    """The C++ type of a tile variable: `valid` has None where run time decides; `pad` fills what is not valid."""

    type: TileType
    valid: tuple[Extent, Extent]
    pad: str = ""

    @property
    def dynamic(self) -> tuple[int, ...]:
        """The dims whose valid extent run time decides."""
        return tuple(dim for dim in (0, 1) if self.valid[dim] is None)

    @property
    def alias(self) -> str:
        """A name for the type: `UbFp32_16x64`, what is not usual appended."""
        tile = self.type
        assert tile.memory is not None
        assert tile.physical is not None
        rows, columns = tile.physical
        name = f"{tile.memory.value.capitalize()}{tile.dtype.name.capitalize()}_{rows}x{columns}"
        if tile.layout in (Layout.DN, Layout.ZN) and tile.memory in _LOCATIONS:
            name += f"_{tile.layout.value}"
        if self.valid != tile.physical:
            name += "_valid" + "x".join("N" if extent is None else str(extent) for extent in self.valid)
        return name + (f"_pad{self.pad}" if self.pad else "")

    def __str__(self) -> str:
        tile = self.type
        assert tile.memory is not None
        assert tile.physical is not None
        assert tile.layout is not None
        rows, columns = tile.physical
        valid = ", ".join(str(DYNAMIC if extent is None else extent) for extent in self.valid)
        if tile.memory in _ALIASES:
            return f"{_ALIASES[tile.memory]}<{tile.dtype.cpp}, {rows}, {columns}, {valid}>"
        blocks, fractal = _LAYOUTS[tile.layout]
        location = _LOCATIONS[tile.memory]
        text = f"Tile<TileType::{location}, {tile.dtype.cpp}, {rows}, {columns}, BLayout::{blocks}, {valid}"
        if fractal:
            text += f", SLayout::{fractal}, 512"
        if self.pad:
            text += f", SLayout::NoneBox, 512, PadValue::{self.pad}"
        return text + ">"


@dataclass(frozen=True)
class WindowSpelling:
    """The C++ type of a window into global memory: 5 sizes and 5 strides, None where run time decides."""

    dtype: DType
    sizes: tuple[Extent, ...]
    strides: tuple[Extent, ...]
    column_major: bool

    @property
    def alias(self) -> str:
        """A name for the type: `WindowFp32_16x64`, outer dims of more than one element before."""
        sizes = [size for size in self.sizes[:-2] if size != 1] + list(self.sizes[-2:])
        extents = "x".join("N" if size is None else str(size) for size in sizes)
        return f"Window{self.dtype.name.capitalize()}_{extents}{'_dn' if self.column_major else ''}"

    def __str__(self) -> str:
        layout = ", Layout::DN" if self.column_major else ""
        return f"GlobalTensor<{self.dtype.cpp}, {self.shape}, {self.stride}{layout}>"

    @property
    def shape(self) -> str:
        """The Shape type."""
        return f"pto::Shape<{_five(self.sizes)}>"

    @property
    def stride(self) -> str:
        """The Stride type."""
        return f"pto::Stride<{_five(self.strides)}>"


def _five(values: tuple[Extent, ...]) -> str:
    return ", ".join(str(DYNAMIC if value is None else value) for value in values)
