"""Windows into global memory: sizes, strides and the address of a load or store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from ptodsl.codegen.tile_types import WindowSpelling
from ptodsl.ir.hardware import Layout
from ptodsl.ir.nodes import Literal, Operand
from ptodsl.ir.types import Extent, TensorType

RANK = 5
"""Every window is 5-D in the header; leading dims are 1."""


@dataclass(frozen=True)
class Window:
    """One use of a tensor: `spelling` its C++ type, `extents` and `strides` the arguments run time must give."""

    spelling: WindowSpelling
    extents: tuple[str, ...]
    strides: tuple[str, ...]


def window(
    tensor: TensorType,
    sizes: Sequence[int],
    strides: Sequence[str],
    extents: tuple[str, str],
    layout: Layout,
) -> Window:
    """The window of `sizes` into a tensor of `strides`, cut to the valid `extents` (rows and columns as C++ text).

    Dims of size 1 are left out, so that the tile's rows are the fourth dim and its columns the fifth. Dims in which
    rows lie evenly are one where only a part of the rows is valid, and in a column, which is one line. A DN or ZN tile
    sees the two exchanged: ZN is a transposed operand, whose rows are the window's columns.
    """
    outer = [(size, stride) for size, stride in zip(sizes[:-1], strides[:-1], strict=True) if size != 1]
    rows, columns = (extents[1], extents[0]) if layout is Layout.ZN else extents
    if layout is Layout.DN or rows != str(prod(sizes[:-1])):
        outer = _evenly(outer)
    known_rows = [(str(size), stride) for size, stride in outer]
    if len(outer) <= 1:
        known_rows = [(rows, outer[0][1] if outer else str(prod(tensor.shape)))]
    dims = [("1", str(prod(tensor.shape)))] * (RANK - 1 - len(known_rows)) + known_rows + [(columns, strides[-1])]
    known, steps = [size for size, _ in dims], [stride for _, stride in dims]
    if layout is Layout.ZN:
        known[3], known[4] = known[4], known[3]
    if layout in (Layout.DN, Layout.ZN):
        steps[3], steps[4] = steps[4], steps[3]
    spelling = WindowSpelling(tensor.dtype, _static(known), _static(steps), layout in (Layout.DN, Layout.ZN))
    return Window(spelling, tuple(known), tuple(steps))


def _evenly(dims: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Sizes and strides of dims, neighbours that one stride goes through made one."""
    merged = dims[:1]
    for size, stride in dims[1:]:
        outer, step = merged[-1]
        if stride.isdigit() and step == str(size * int(stride)):
            merged[-1] = (outer * size, stride)
        else:
            merged.append((size, stride))
    return merged


def _static(texts: Sequence[str]) -> tuple[Extent, ...]:
    return tuple(int(text) if text.lstrip("-").isdigit() else None for text in texts)


def address(base: str, offsets: Sequence[Operand], strides: Sequence[str], spell: Callable[[Operand], str]) -> str:
    """`base + i * 64 + 16`: the first element of a window, known parts folded."""
    constant = 0
    terms: list[str] = []
    for offset, stride in zip(offsets, strides, strict=True):
        if isinstance(offset, Literal) and stride.isdigit():
            constant += int(offset.value) * int(stride)
        elif not (isinstance(offset, Literal) and offset.value == 0):
            terms.append(spell(offset) if stride == "1" else f"{spell(offset)} * {stride}")
    if constant:
        terms.append(str(constant))
    return " + ".join([base, *terms])
