"""The four kernels of paged attention, each a program of its own.

What `ptodsl.kernels.paged_attention` runs in one program for a whole batch, here one step at a time: scale, valid
length and flags come from tensors, so that a caller drives the loop over blocks.
"""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl
from ptodsl.kernels.paged_attention import (
    online_update_kernel,
    pv_matmul_kernel,
    qk_matmul_kernel,
    softmax_prepare_kernel,
)


def qk_matmul_program(num_heads: int, head_dim: int, block_size: int, dtype: pl.DType) -> Any:
    """sij[H, B] = qi[H, D] @ kj[B, D]ᵀ."""
    H, D, B = num_heads, head_dim, block_size
    qk_matmul = qk_matmul_kernel(H, D, B, dtype)

    @pl.program
    class QKMatmul:
        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, qi: pl.Tensor[[H, D], dtype], kj: pl.Tensor[[B, D], dtype]) -> pl.Tensor[[H, B], pl.FP32]:
            return qk_matmul(qi, kj)

    return QKMatmul


def softmax_prepare_program(num_heads: int, block_size: int, dtype: pl.DType) -> Any:
    """(pij[H, B], mij[H, 1], lij[H, 1]) of sij[H, B], of which `valid[0]` columns have meaning."""
    H, B = num_heads, block_size
    softmax_prepare = softmax_prepare_kernel(H, B, dtype)

    @pl.program
    class SoftmaxPrepare:
        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self, sij: pl.Tensor[[H, B], pl.FP32], config: pl.Tensor[[1], pl.FP32], valid: pl.Tensor[[1], pl.INT64]
        ) -> tuple[pl.Tensor[[H, B], dtype], pl.Tensor[[H, 1], pl.FP32], pl.Tensor[[H, 1], pl.FP32]]:
            scale = pl.tensor.read(config, [0])
            valid_len = pl.tensor.read(valid, [0])
            return softmax_prepare(sij, scale, valid_len)

    return SoftmaxPrepare


def pv_matmul_program(num_heads: int, head_dim: int, block_size: int, dtype: pl.DType) -> Any:
    """oi_new[H, D] = pij[H, B] @ vj[B, D] over the first `valid[0]` slots."""
    H, D, B = num_heads, head_dim, block_size
    pv_matmul = pv_matmul_kernel(H, D, B, dtype)

    @pl.program
    class PVMatmul:
        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self, pij: pl.Tensor[[H, B], dtype], vj: pl.Tensor[[B, D], dtype], valid: pl.Tensor[[1], pl.INT64]
        ) -> pl.Tensor[[H, D], pl.FP32]:
            return pv_matmul(pij, vj, pl.tensor.read(valid, [0]))

    return PVMatmul


def online_update_program(num_heads: int, head_dim: int) -> Any:
    """Merges one block's (mij, lij, oi_new) into (mi, li, oi); dst[H, D] is oi / li after the last block, else zero."""
    H, D = num_heads, head_dim
    Column = pl.Tensor[[H, 1], pl.FP32]
    Rows = pl.Tensor[[H, D], pl.FP32]
    online_update = online_update_kernel(H, D)

    @pl.program
    class OnlineUpdate:
        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self,
            mij: Column,
            lij: Column,
            oi_new: Rows,
            mi: pl.InOut[Column],
            li: pl.InOut[Column],
            oi: pl.InOut[Rows],
            flags: pl.Tensor[[2], pl.INT64],
        ) -> tuple[Column, Column, Rows, Rows]:
            is_first = pl.tensor.read(flags, [0]) != 0
            is_last = pl.tensor.read(flags, [1]) != 0
            mi, li, oi, dst = online_update(mij, lij, oi_new, mi, li, oi, is_first, is_last)
            return mi, li, oi, dst

    return OnlineUpdate
