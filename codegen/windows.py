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

    Rows that lie evenly are one dim, so that the tile's rows are the fourth and its columns the fifth. A DN or ZN tile
    sees the two exchanged: ZN is a transposed operand, whose rows are the window's columns.
    """
    outer = _evenly(sizes[:-1], strides[:-1])
    rows, columns = (extents[1], extents[0]) if layout is Layout.ZN else extents
    if len(outer) <= 1:
        outer = [(rows, outer[0][1] if outer else str(prod(tensor.shape)))]
    dims = [("1", str(prod(tensor.shape)))] * (RANK - 1 - len(outer)) + outer + [(columns, strides[-1])]
    known, steps = [size for size, _ in dims], [stride for _, stride in dims]
    if layout is Layout.ZN:
        known[3], known[4] = known[4], known[3]
    if layout in (Layout.DN, Layout.ZN):
        steps[3], steps[4] = steps[4], steps[3]
    spelling = WindowSpelling(tensor.dtype, _static(known), _static(steps), layout in (Layout.DN, Layout.ZN))
    return Window(spelling, tuple(known), tuple(steps))


def _evenly(sizes: Sequence[int], strides: Sequence[str]) -> list[tuple[str, str]]:
    """Dims as sizes and strides, those of size 1 left out, neighbours that one stride goes through made one."""
    dims: list[tuple[int, str]] = []
    for size, stride in zip(sizes, strides, strict=True):
        if dims and stride.isdigit() and dims[-1][1] == str(size * int(stride)):
            size *= dims.pop()[0]  # noqa: PLW2901 - the dim before goes on in this one
        if size != 1:
            dims.append((size, stride))
    return [(str(size), stride) for size, stride in dims]


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
