"""Conversions made of the ones that an architecture has."""

from __future__ import annotations

from collections import deque

from ptodsl.ir.dtypes import DType
from ptodsl.machine import Architecture


def embeds(narrow: DType, wide: DType) -> bool:
    """Whether `wide` holds every value of `narrow`."""
    if narrow.is_float:
        return wide.is_float and wide.mantissa >= narrow.mantissa and wide.exponent >= narrow.exponent
    low, high = narrow.range
    if wide.is_float:
        bits = max(-low, high).bit_length() - (low < 0)
        return bits <= wide.mantissa + 1
    return wide.range[0] <= low and high <= wide.range[1]


def steps(source: DType, target: DType, architecture: Architecture) -> tuple[DType, ...] | None:
    """The dtypes to convert through, `target` the last; None where no way gives the result of one conversion.

    Every step but the last is exact, so that only the last one rounds or saturates.
    """
    queue = deque[tuple[DType, ...]]([()])
    seen = {source}
    while queue:
        path = queue.popleft()
        here = path[-1] if path else source
        reached = architecture.conversions.get(here, ())
        if target in reached:
            return (*path, target)
        for dtype in reached:
            if dtype not in seen and embeds(here, dtype):
                seen.add(dtype)
                queue.append((*path, dtype))
    return None
