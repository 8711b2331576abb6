"""What kernels are written with: `import ptodsl.language as pl`."""

from ptodsl.frontend.decorators import FunctionType, Kernel, function, program
from ptodsl.ir.dtypes import (
    BF16,
    BOOL,
    FP16,
    FP32,
    INDEX,
    INT8,
    INT16,
    INT32,
    INT64,
    UINT8,
    UINT16,
    UINT32,
    UINT64,
    DType,
)
from ptodsl.language import block, ops, tensor, tile
from ptodsl.language.control import range, yield_  # noqa: A004 # the language's word
from ptodsl.language.directions import InOut, Out
from ptodsl.language.enums import MemorySpace, PadValue
from ptodsl.language.ops import *  # noqa: F403 # generated, with its own __all__
from ptodsl.language.types import Scalar, Tensor, Tile

Mem = MemorySpace

__all__ = [
    "BF16",
    "BOOL",
    "FP16",
    "FP32",
    "INDEX",
    "INT8",
    "INT16",
    "INT32",
    "INT64",
    "UINT8",
    "UINT16",
    "UINT32",
    "UINT64",
    "DType",
    "FunctionType",
    "InOut",
    "Kernel",
    "Mem",
    "MemorySpace",
    "Out",
    "PadValue",
    "Scalar",
    "Tensor",
    "Tile",
    "block",
    "function",
    "ops",
    "program",
    "range",
    "tensor",
    "tile",
    "yield_",
]
__all__ += ops.__all__
