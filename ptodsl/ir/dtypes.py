"""The element types of tiles, tensors and scalars: one table, every other module derives from it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    """What family of numbers a dtype holds; agreement rules are stated per kind."""

    BOOL = "bool"
    INT = "int"
    UINT = "uint"
    FLOAT = "float"
    INDEX = "index"


@dataclass(frozen=True, eq=False, slots=True)
class DType:
    """One element type: its name in IR text, its size and its spellings outside. There is one object for each."""

    name: str
    kind: Kind
    bits: int
    cpp: str
    numpy: str
    """Name of the numpy dtype, or of the ml_dtypes scalar where numpy has none."""
    mantissa: int = 0
    """Explicit mantissa bits of a float."""
    exponent: int = 0
    """Exponent bits of a float."""

    @property
    def size(self) -> int:
        """Bytes of one element."""
        return self.bits // 8

    @property
    def is_float(self) -> bool:
        """Whether values are floating point."""
        return self.kind is Kind.FLOAT

    @property
    def is_integer(self) -> bool:
        """Whether values are integers that arithmetic applies to (INDEX included, BOOL not)."""
        return self.kind in (Kind.INT, Kind.UINT, Kind.INDEX)

    @property
    def label(self) -> str:
        """How messages and users spell it: the name in `pl`."""
        return self.name.upper()

    @property
    def range(self) -> tuple[int, int]:
        """Smallest and largest value of an integer or BOOL dtype."""
        if self.kind is Kind.BOOL:
            return (0, 1)
        if self.kind is Kind.UINT:
            return (0, (1 << self.bits) - 1)
        return (-(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1)

    def __repr__(self) -> str:
        return self.label


BOOL = DType("bool", Kind.BOOL, 8, "bool", "bool")
INT8 = DType("int8", Kind.INT, 8, "int8_t", "int8")
INT16 = DType("int16", Kind.INT, 16, "int16_t", "int16")
INT32 = DType("int32", Kind.INT, 32, "int32_t", "int32")
INT64 = DType("int64", Kind.INT, 64, "int64_t", "int64")
UINT8 = DType("uint8", Kind.UINT, 8, "uint8_t", "uint8")
UINT16 = DType("uint16", Kind.UINT, 16, "uint16_t", "uint16")
UINT32 = DType("uint32", Kind.UINT, 32, "uint32_t", "uint32")
UINT64 = DType("uint64", Kind.UINT, 64, "uint64_t", "uint64")
FP16 = DType("fp16", Kind.FLOAT, 16, "half", "float16", mantissa=10, exponent=5)
BF16 = DType("bf16", Kind.FLOAT, 16, "bfloat16_t", "bfloat16", mantissa=7, exponent=8)
FP32 = DType("fp32", Kind.FLOAT, 32, "float", "float32", mantissa=23, exponent=8)
INDEX = DType("index", Kind.INDEX, 64, "int64_t", "int64")

DTYPES: dict[str, DType] = {
    dtype.name: dtype
    for dtype in (BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FP16, BF16, FP32, INDEX)
}
"""Every dtype by its name in IR text."""
