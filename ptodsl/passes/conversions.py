"""Which conversions between dtypes the vector unit has, and how the others are made of them.

Source: the table of TCVT in the public header library 9.1.0, without the formats that no dtype here has.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from ptodsl.ir.dtypes import (
    BF16,
    FP16,
    FP32,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT32,
    DType,
)

Targets = Mapping[DType, "tuple[DType, ...]"]

CONVERSIONS: dict[str, Targets] = {
    "a2a3": {
        FP32: (FP16, BF16, INT16, INT32, INT64),
        FP16: (FP32, INT32, INT16, INT8, UINT8),
        BF16: (FP32, INT32),
        INT16: (FP16, FP32),
        INT32: (FP32, INT16, INT64, FP16),
        INT64: (FP32, INT32),
        UINT8: (FP16,),
        INT8: (FP16,),
    },
    "a5": {
        FP32: (FP16, BF16, INT16, INT32, INT64),
        FP16: (FP32, INT32, INT16, INT8, UINT8),
        BF16: (FP32, INT32, FP16),
        INT16: (UINT8, FP16, FP32, UINT32, INT32),
        INT32: (FP32, INT16, UINT16, INT64, UINT8),
        INT64: (FP32, INT32),
        UINT8: (FP16, UINT16),
        INT8: (FP16, INT16, INT32),
        UINT32: (UINT8, UINT16, INT16),
    },
}
"""What each dtype converts to in one instruction, by architecture."""


def embeds(narrow: DType, wide: DType) -> bool:
    """Whether `wide` holds every value of `narrow`."""
    if narrow.is_float:
        return wide.is_float and wide.mantissa >= narrow.mantissa and wide.exponent >= narrow.exponent
    low, high = narrow.range
    if wide.is_float:
        bits = max(-low, high).bit_length() - (low < 0)
        return bits <= wide.mantissa + 1
    return wide.range[0] <= low and high <= wide.range[1]


def steps(source: DType, target: DType, architecture: str) -> tuple[DType, ...] | None:
    """The dtypes to convert through, `target` the last; None where no way gives the result of one conversion.

    Every step but the last is exact, so that only the last one rounds or saturates.
    """
    targets = CONVERSIONS[architecture]
    queue = deque[tuple[DType, ...]]([()])
    seen = {source}
    while queue:
        path = queue.popleft()
        here = path[-1] if path else source
        reached = targets.get(here, ())
        if target in reached:
            return (*path, target)
        for dtype in reached:
            if dtype not in seen and embeds(here, dtype):
                seen.add(dtype)
                queue.append((*path, dtype))
    return None


def reachable(source: DType, architecture: str) -> tuple[DType, ...]:
    """The dtypes that a dtype converts to in one instruction."""
    return tuple(CONVERSIONS[architecture].get(source, ()))
