"""The four kernels of paged attention against float64 of their definitions, with the same rounding points."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

if __name__ == "__main__":  # as a script: pytest, before anything of the project is imported
    raise SystemExit(subprocess.call([sys.executable, "-m", "pytest", "-v", __file__, *sys.argv[1:]]))

import pytest
import torch

from docs.examples import paged_attention as kernels
from ptodsl.testing import DataType, PTOTestCase, TensorSpec, TestConfig, TestRunner

SHAPES = [(16, 16), (3, 64), (9, 64), (16, 128), (32, 32), (64, 256), (128, 64), (7, 48)]
"""(heads, head_dim): 16 x 16 first, groups of odd size, then up to what the memories hold."""

BLOCKS = [(16,), (64,), (128,)]
DTYPES = [DataType.FP32, DataType.FP16, DataType.BF16]
L0A_BYTES = 64 * 1024


def _cases(*blocks: tuple[int, ...]) -> list[Any]:
    """Every shape, block and dtype whose left operands fit L0A; a block may come with its valid length."""
    return [
        pytest.param(heads, dim, *block, dtype, id="-".join(map(str, (heads, dim, *block, dtype.value))))
        for heads, dim in SHAPES
        for block in blocks
        for dtype in DTYPES
        if heads * max(dim, block[0]) * dtype.dtype.size <= L0A_BYTES
    ]


class PagedAttentionCase(PTOTestCase):
    """What the four cases share: their parameters, and a name made of them."""

    def __init__(
        self,
        num_heads: int = 16,
        head_dim: int = 16,
        block_size: int = 16,
        dtype: DataType = DataType.FP32,
        config: TestConfig | None = None,
    ) -> None:
        super().__init__(config)
        self.num_heads = num_heads
        self.head_dim = head_dim
        self.block_size = block_size
        self.dtype = dtype

    def get_name(self) -> str:
        sizes = f"{self.num_heads}x{self.head_dim}_block{self.block_size}_{self.dtype.value}"
        return f"{type(self).__name__.removesuffix('TestCase')}_{sizes}"

    @property
    def pl_dtype(self) -> Any:
        """The dtype as kernels write it."""
        return self.dtype.dtype


class QKMatmulTestCase(PagedAttentionCase):
    """sij = qi @ kjᵀ."""

    def __init__(self, num_heads: int, head_dim: int, **options: Any) -> None:
        super().__init__(num_heads, head_dim, **options)

    def define_tensors(self) -> list[TensorSpec]:
        return [
            TensorSpec("qi", [self.num_heads, self.head_dim], self.dtype),
            TensorSpec("kj", [self.block_size, self.head_dim], self.dtype),
            TensorSpec("sij", [self.num_heads, self.block_size], DataType.FP32, is_output=True),
        ]

    def get_program(self) -> Any:
        return kernels.qk_matmul_program(self.num_heads, self.head_dim, self.block_size, self.pl_dtype)

    def compute_expected(self, tensors: dict[str, torch.Tensor], params: Mapping[str, Any] | None = None) -> None:
        tensors["sij"][:] = (tensors["qi"].double() @ tensors["kj"].double().T).float()


class SoftmaxPrepareTestCase(PagedAttentionCase):
    """pij, mij, lij of a block of which `valid_len` columns have meaning; the rest is NaN."""

    def __init__(
        self, num_heads: int, block_size: int, scale: float = 0.0884, valid_len: int | None = None, **options: Any
    ) -> None:
        super().__init__(num_heads, block_size=block_size, **options)
        self.scale = scale
        self.valid_len = block_size if valid_len is None else valid_len

    def get_name(self) -> str:
        return f"SoftmaxPrepare_{self.num_heads}x{self.block_size}_valid{self.valid_len}_{self.dtype.value}"

    def define_tensors(self) -> list[TensorSpec]:
        heads, block = self.num_heads, self.block_size
        return [
            TensorSpec("sij", [heads, block], DataType.FP32, init_value=self._scores),
            TensorSpec("config", [1], DataType.FP32, init_value=self.scale),
            TensorSpec("valid", [1], DataType.INT64, init_value=self.valid_len),
            TensorSpec("pij", [heads, block], self.dtype, is_output=True),
            TensorSpec("mij", [heads, 1], DataType.FP32, is_output=True),
            TensorSpec("lij", [heads, 1], DataType.FP32, is_output=True),
        ]

    def _scores(self, shape: Any) -> torch.Tensor:
        scores = torch.randn(list(shape), generator=torch.Generator().manual_seed(7)) * 8.0
        scores[:, self.valid_len :] = float("nan")
        return scores

    def get_program(self) -> Any:
        return kernels.softmax_prepare_program(self.num_heads, self.block_size, self.pl_dtype)

    def compute_expected(self, tensors: dict[str, torch.Tensor], params: Mapping[str, Any] | None = None) -> None:
        scaled = tensors["sij"][:, : self.valid_len] * tensors["config"]
        peak = scaled.max(dim=1, keepdim=True).values
        weights = torch.exp((scaled - peak).double()).to(self.dtype.torch)
        tensors["pij"][:] = 0
        tensors["pij"][:, : self.valid_len] = weights
        tensors["mij"][:] = peak
        tensors["lij"][:] = weights.double().sum(dim=1, keepdim=True).float()


class PVMatmulTestCase(PagedAttentionCase):
    """oi_new = pij @ vj over `valid_len` slots; the rest of both is NaN."""

    def __init__(self, num_heads: int, head_dim: int, valid_len: int | None = None, **options: Any) -> None:
        super().__init__(num_heads, head_dim, **options)
        self.valid_len = self.block_size if valid_len is None else valid_len

    def get_name(self) -> str:
        return f"{super().get_name()}_valid{self.valid_len}"

    def define_tensors(self) -> list[TensorSpec]:
        heads, block = self.num_heads, self.block_size
        return [
            TensorSpec("pij", [heads, block], self.dtype, init_value=self._weights),
            TensorSpec("vj", [block, self.head_dim], self.dtype, init_value=self._values),
            TensorSpec("valid", [1], DataType.INT64, init_value=self.valid_len),
            TensorSpec("oi_new", [heads, self.head_dim], DataType.FP32, is_output=True),
        ]

    def _weights(self, shape: Any) -> torch.Tensor:
        weights = torch.rand(list(shape), generator=torch.Generator().manual_seed(8))
        weights[:, self.valid_len :] = float("nan")
        return weights

    def _values(self, shape: Any) -> torch.Tensor:
        values = torch.randn(list(shape), generator=torch.Generator().manual_seed(9))
        values[self.valid_len :] = float("nan")
        return values

    def get_program(self) -> Any:
        return kernels.pv_matmul_program(self.num_heads, self.head_dim, self.block_size, self.pl_dtype)

    def compute_expected(self, tensors: dict[str, torch.Tensor], params: Mapping[str, Any] | None = None) -> None:
        weights, values = tensors["pij"][:, : self.valid_len], tensors["vj"][: self.valid_len]
        tensors["oi_new"][:] = (weights.double() @ values.double()).float()


class OnlineUpdateTestCase(PagedAttentionCase):
    """The running (mi, li, oi) after one more block; dst after the last one."""

    def __init__(self, num_heads: int, head_dim: int, is_first: bool, is_last: bool, **options: Any) -> None:
        super().__init__(num_heads, head_dim, **options)
        self.is_first = is_first
        self.is_last = is_last

    def get_name(self) -> str:
        return f"{super().get_name()}_first{int(self.is_first)}_last{int(self.is_last)}"

    def define_tensors(self) -> list[TensorSpec]:
        column, rows = [self.num_heads, 1], [self.num_heads, self.head_dim]
        return [
            TensorSpec("mij", column, DataType.FP32),
            TensorSpec("lij", column, DataType.FP32, init_value=_positive),
            TensorSpec("oi_new", rows, DataType.FP32),
            TensorSpec("mi", column, DataType.FP32, is_output=True),
            TensorSpec("li", column, DataType.FP32, init_value=_positive, is_output=True),
            TensorSpec("oi", rows, DataType.FP32, is_output=True),
            TensorSpec("flags", [2], DataType.INT64, init_value=torch.tensor([self.is_first, self.is_last])),
            TensorSpec("dst", rows, DataType.FP32, is_output=True),
        ]

    def get_program(self) -> Any:
        return kernels.online_update_program(self.num_heads, self.head_dim)

    def compute_expected(self, tensors: dict[str, torch.Tensor], params: Mapping[str, Any] | None = None) -> None:
        m, l, o = (tensors[name].double() for name in ("mij", "lij", "oi_new"))  # noqa: E741
        if not self.is_first:
            m_old, l_old, o_old = (tensors[name].double() for name in ("mi", "li", "oi"))
            peak = torch.maximum(m, m_old)
            alpha, beta = torch.exp(m_old - peak), torch.exp(m - peak)
            m, l, o = peak, alpha * l_old + beta * l, alpha * o_old + beta * o  # noqa: E741
        tensors["mi"][:], tensors["li"][:], tensors["oi"][:] = m, l, o
        tensors["dst"][:] = o / l if self.is_last else 0.0


def _positive(shape: Any) -> torch.Tensor:
    return torch.rand(list(shape), generator=torch.Generator().manual_seed(10)) + 0.5


def _check(test_runner: TestRunner, case: PTOTestCase) -> None:
    result = test_runner.run(case)
    assert result.passed, result.error


class TestPagedAttentionKernels:
    """Each kernel over shapes, blocks and dtypes, ragged and whole."""

    @pytest.mark.parametrize(("num_heads", "head_dim", "block_size", "dtype"), _cases(*BLOCKS))
    def test_qk_matmul(
        self, test_runner: TestRunner, num_heads: int, head_dim: int, block_size: int, dtype: DataType
    ) -> None:
        _check(test_runner, QKMatmulTestCase(num_heads, head_dim, block_size=block_size, dtype=dtype))

    @pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.value)
    @pytest.mark.parametrize("num_heads", [16, 3, 9, 128])
    @pytest.mark.parametrize(("block_size", "valid_len"), [(16, 16), (16, 5), (64, 64), (64, 1), (128, 128), (128, 77)])
    def test_softmax_prepare(
        self, test_runner: TestRunner, num_heads: int, block_size: int, valid_len: int, dtype: DataType
    ) -> None:
        _check(test_runner, SoftmaxPrepareTestCase(num_heads, block_size, valid_len=valid_len, dtype=dtype))

    @pytest.mark.parametrize(
        ("num_heads", "head_dim", "block_size", "valid_len", "dtype"), _cases((16, 16), (16, 3), (64, 61), (128, 128))
    )
    def test_pv_matmul(
        self,
        test_runner: TestRunner,
        num_heads: int,
        head_dim: int,
        block_size: int,
        valid_len: int,
        dtype: DataType,
    ) -> None:
        case = PVMatmulTestCase(num_heads, head_dim, valid_len=valid_len, block_size=block_size, dtype=dtype)
        _check(test_runner, case)

    @pytest.mark.parametrize(("num_heads", "head_dim"), SHAPES)
    @pytest.mark.parametrize(("is_first", "is_last"), [(True, True), (True, False), (False, True), (False, False)])
    def test_online_update(
        self,
        test_runner: TestRunner,
        num_heads: int,
        head_dim: int,
        is_first: bool,
        is_last: bool,
    ) -> None:
        _check(test_runner, OnlineUpdateTestCase(num_heads, head_dim, is_first, is_last))
