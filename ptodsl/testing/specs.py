"""What a test case states: dtypes, tensors, options, and the result of a run."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from ptodsl.ir.dtypes import DTYPES, DType

if TYPE_CHECKING:
    import torch


class DataType(enum.Enum):
    """The dtype of a test tensor, by its name."""

    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"
    INT8 = "int8"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    UINT8 = "uint8"
    BOOL = "bool"

    @property
    def dtype(self) -> DType:
        """The compiler's dtype."""
        return DTYPES[self.value]

    @property
    def torch(self) -> torch.dtype:
        """Torch's dtype."""
        import torch

        dtype = getattr(torch, _TORCH_NAMES[self])
        assert isinstance(dtype, torch.dtype)
        return dtype


_TORCH_NAMES = {
    DataType.FP32: "float32",
    DataType.FP16: "float16",
    DataType.BF16: "bfloat16",
    DataType.INT8: "int8",
    DataType.INT16: "int16",
    DataType.INT32: "int32",
    DataType.INT64: "int64",
    DataType.UINT8: "uint8",
    DataType.BOOL: "bool",
}

InitialValue: TypeAlias = "bool | int | float | torch.Tensor | Callable[[Sequence[int]], torch.Tensor] | None"


@dataclass(frozen=True)
class TensorSpec:
    """A tensor of a test: its name, shape (elements) and dtype.

    `init_value` is a number for every element, a tensor, or a function of the shape; None draws random values: floats
    from [-1, 1), integers from 0 to 99. Of an output it counts only where the program reads it before it writes
    (in-out): a pure output starts as poison.
    """

    name: str
    shape: Sequence[int]
    dtype: DataType
    init_value: InitialValue = None
    is_output: bool = False


@dataclass(frozen=True)
class TestConfig:
    """How cases run. `target` is one of `compile`'s, or "interpreter".

    `atol` and `rtol` are None for the tolerance of the case's dtypes (see `comparison`). With `save_kernels` the C++
    goes to `kernels_dir`, with `dump_passes` the IR after each pass too; `codegen_only` stops before the C++ compiler.
    """

    __test__ = False

    target: str = "cpu"
    arch: str = "a2a3"
    atol: float | None = None
    rtol: float | None = None
    save_kernels: bool = False
    kernels_dir: str | None = None
    dump_passes: bool = False
    codegen_only: bool = False


@dataclass(frozen=True)
class TestResult:
    """What a run found. `mismatch_indices` has up to ten (output name, index) pairs; `execution_time` is in seconds."""

    __test__ = False

    passed: bool
    test_name: str
    error: str | None = None
    max_abs_error: float = 0.0
    max_rel_error: float = 0.0
    mismatch_count: int = 0
    mismatch_indices: tuple[tuple[str, tuple[int, ...]], ...] = field(default=())
    execution_time: float = 0.0
