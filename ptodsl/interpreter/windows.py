"""Windows of tensors, with offsets and extents that only run time knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from ptodsl.errors.runtime import ElementOutside, WindowOutside
from ptodsl.interpreter.faults import Fault
from ptodsl.interpreter.values import Tensor

Rows: TypeAlias = tuple[Tensor, tuple[Any, ...]]
"""A tensor, and the index that makes a matrix of some of its rows; reading by it copies."""


def check_inside(op: str, offsets: Sequence[int], sizes: Sequence[int], extents: Sequence[int]) -> None:
    """Every dim of the window lies within its extent."""
    for dim, (offset, size, extent) in enumerate(zip(offsets, sizes, extents, strict=True)):
        if offset < 0 or offset + size > extent:
            raise Fault(WindowOutside, op=op, dim=dim, start=offset, stop=offset + size, extent=extent)


def check_element(op: str, indices: Sequence[int], extents: Sequence[int]) -> None:
    """Every index lies within its extent."""
    for dim, (index, extent) in enumerate(zip(indices, extents, strict=True)):
        if not 0 <= index < extent:
            raise Fault(ElementOutside, op=op, dim=dim, index=index, extent=extent, last=extent - 1)


def box(offsets: Sequence[int], sizes: Sequence[int]) -> tuple[slice, ...]:
    """The index of a window that keeps its rank."""
    return tuple(slice(offset, offset + size) for offset, size in zip(offsets, sizes, strict=True))


def rows_of(tensor: Tensor, op: str, offsets: Sequence[int], sizes: Sequence[int], rows: int, columns: int) -> Rows:
    """The first `rows` rows of a window, and the first `columns` elements of each.

    A window's rows are all of its dims but the last, counted together. Only what is touched has to lie in the tensor.
    """
    if len(sizes) == 1:
        tensor, offsets, sizes = tensor.at((np.newaxis,)), (0, *offsets), (1, *sizes)
    places = np.unravel_index(np.arange(rows), tuple(sizes[:-1]))
    touched = [int(place.max()) + 1 for place in places]
    check_inside(op, offsets, [*touched, columns], tensor.data.shape)
    leading = tuple(place + offset for place, offset in zip(places, offsets[:-1], strict=True))
    return tensor, (*leading, slice(offsets[-1], offsets[-1] + columns))
