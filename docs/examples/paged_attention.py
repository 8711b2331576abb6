"""Paged attention as four kernels, each a program of its own, built for the shapes and the dtype at hand.

For one query token of one sequence and each block of its keys and values:

    qk_matmul        sij = qi @ kjᵀ
    softmax_prepare  mij = rowmax(sij * scale), pij = exp(sij * scale - mij), lij = rowsum(pij)
    pv_matmul        oi_new = pij @ vj
    online_update    merges (mij, lij, oi_new) into the running (mi, li, oi); after the last block dst = oi / li

P is rounded to the dtype of the values before it is summed, so that l matches what is multiplied. Of a block that is
only partly filled, `valid_len` slots have meaning; the rest may hold anything.
"""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl


def qk_matmul_program(num_heads: int, head_dim: int, block_size: int, dtype: pl.DType) -> Any:
    """sij[H, B] = qi[H, D] @ kj[B, D]ᵀ: the keys are loaded transposed, no data moves for it."""
    H, D, B = num_heads, head_dim, block_size

    @pl.program
    class QKMatmul:
        @pl.function(type=pl.FunctionType.InCore)
        def qk_matmul(
            self, qi: pl.Tensor[[H, D], dtype], kj: pl.Tensor[[B, D], dtype], sij: pl.Out[pl.Tensor[[H, B], pl.FP32]]
        ) -> pl.Tensor[[H, B], pl.FP32]:
            q_l1 = pl.load(qi, [0, 0], [H, D], target_memory=pl.MemorySpace.L1)
            k_l1 = pl.load(kj, [0, 0], [B, D], target_memory=pl.MemorySpace.L1, transpose=True)
            q_l0 = pl.move(q_l1, target_memory=pl.MemorySpace.L0A)
            k_l0 = pl.move(k_l1, target_memory=pl.MemorySpace.L0B)
            return pl.store(pl.matmul(q_l0, k_l0), [0, 0], sij)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, qi: pl.Tensor[[H, D], dtype], kj: pl.Tensor[[B, D], dtype]) -> pl.Tensor[[H, B], pl.FP32]:
            return self.qk_matmul(qi, kj)

    return QKMatmul


def softmax_prepare_program(num_heads: int, block_size: int, dtype: pl.DType) -> Any:
    """(pij[H, B], mij[H, 1], lij[H, 1]) of sij[H, B], of which `valid[0]` columns have meaning."""
    H, B = num_heads, block_size

    @pl.program
    class SoftmaxPrepare:
        @pl.function(type=pl.FunctionType.InCore)
        def softmax_prepare(
            self,
            sij: pl.Tensor[[H, B], pl.FP32],
            scale: pl.Scalar[pl.FP32],
            valid_len: pl.Scalar[pl.INT64],
            pij: pl.Out[pl.Tensor[[H, B], dtype]],
            mij: pl.Out[pl.Tensor[[H, 1], pl.FP32]],
            lij: pl.Out[pl.Tensor[[H, 1], pl.FP32]],
        ) -> tuple[pl.Tensor[[H, B], dtype], pl.Tensor[[H, 1], pl.FP32], pl.Tensor[[H, 1], pl.FP32]]:
            s = pl.load(sij, [0, 0], [H, B], valid_shape=[H, valid_len])
            scaled = pl.fillpad(s, pad_value=pl.PadValue.min) * scale
            m = pl.row_max(scaled)
            p = pl.cast(pl.exp(pl.row_expand_sub(scaled, m)), dtype)
            l = pl.row_sum(pl.cast(p, pl.FP32))  # noqa: E741
            return pl.store(p, [0, 0], pij), pl.store(m, [0, 0], mij), pl.store(l, [0, 0], lij)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self, sij: pl.Tensor[[H, B], pl.FP32], config: pl.Tensor[[1], pl.FP32], valid: pl.Tensor[[1], pl.INT64]
        ) -> tuple[pl.Tensor[[H, B], dtype], pl.Tensor[[H, 1], pl.FP32], pl.Tensor[[H, 1], pl.FP32]]:
            scale = pl.tensor.read(config, [0])
            valid_len = pl.tensor.read(valid, [0])
            return self.softmax_prepare(sij, scale, valid_len)

    return SoftmaxPrepare


def pv_matmul_program(num_heads: int, head_dim: int, block_size: int, dtype: pl.DType) -> Any:
    """oi_new[H, D] = pij[H, B] @ vj[B, D] over the first `valid[0]` slots: what lies past them is never multiplied."""
    H, D, B = num_heads, head_dim, block_size

    @pl.program
    class PVMatmul:
        @pl.function(type=pl.FunctionType.InCore)
        def pv_matmul(
            self,
            pij: pl.Tensor[[H, B], dtype],
            vj: pl.Tensor[[B, D], dtype],
            valid_len: pl.Scalar[pl.INT64],
            oi_new: pl.Out[pl.Tensor[[H, D], pl.FP32]],
        ) -> pl.Tensor[[H, D], pl.FP32]:
            p_l1 = pl.load(pij, [0, 0], [H, B], target_memory=pl.MemorySpace.L1, valid_shape=[H, valid_len])
            v_l1 = pl.load(vj, [0, 0], [B, D], target_memory=pl.MemorySpace.L1, valid_shape=[valid_len, D])
            p_l0 = pl.move(p_l1, target_memory=pl.MemorySpace.L0A)
            v_l0 = pl.move(v_l1, target_memory=pl.MemorySpace.L0B)
            return pl.store(pl.matmul(p_l0, v_l0), [0, 0], oi_new)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self, pij: pl.Tensor[[H, B], dtype], vj: pl.Tensor[[B, D], dtype], valid: pl.Tensor[[1], pl.INT64]
        ) -> pl.Tensor[[H, D], pl.FP32]:
            return self.pv_matmul(pij, vj, pl.tensor.read(valid, [0]))

    return PVMatmul


def online_update_program(num_heads: int, head_dim: int) -> Any:
    """Merges one block's (mij, lij, oi_new) into (mi, li, oi); dst[H, D] is oi / li after the last block, else zero."""
    H, D = num_heads, head_dim
    Column = pl.Tensor[[H, 1], pl.FP32]
    Rows = pl.Tensor[[H, D], pl.FP32]

    @pl.program
    class OnlineUpdate:
        @pl.function(type=pl.FunctionType.InCore)
        def online_update(
            self,
            mij: Column,
            lij: Column,
            oi_new: Rows,
            mi: pl.InOut[Column],
            li: pl.InOut[Column],
            oi: pl.InOut[Rows],
            is_first: pl.Scalar[pl.BOOL],
            is_last: pl.Scalar[pl.BOOL],
            dst: pl.Out[Rows],
        ) -> tuple[Column, Column, Rows, Rows]:
            m_new = pl.load(mij, [0, 0], [H, 1])
            l_new = pl.load(lij, [0, 0], [H, 1])
            o_new = pl.load(oi_new, [0, 0], [H, D])
            m_old = pl.load(mi, [0, 0], [H, 1])
            l_old = pl.load(li, [0, 0], [H, 1])
            o_old = pl.load(oi, [0, 0], [H, D])
            if is_first:
                mi = pl.store(m_new, [0, 0], mi)
                li = pl.store(l_new, [0, 0], li)
                oi = pl.store(o_new, [0, 0], oi)
                if is_last:
                    dst = pl.store(pl.row_expand_div(o_new, l_new), [0, 0], dst)
                else:
                    dst = pl.store(pl.full([H, D], pl.FP32, 0.0), [0, 0], dst)
            else:
                m = pl.maximum(m_old, m_new)
                alpha = pl.exp(m_old - m)
                beta = pl.exp(m_new - m)
                l = alpha * l_old + beta * l_new  # noqa: E741
                o = pl.row_expand_mul(o_old, alpha) + pl.row_expand_mul(o_new, beta)
                mi = pl.store(m, [0, 0], mi)
                li = pl.store(l, [0, 0], li)
                oi = pl.store(o, [0, 0], oi)
                if is_last:
                    dst = pl.store(pl.row_expand_div(o, l), [0, 0], dst)
                else:
                    dst = pl.store(pl.full([H, D], pl.FP32, 0.0), [0, 0], dst)
            return mi, li, oi, dst

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
            mi, li, oi, dst = self.online_update(mij, lij, oi_new, mi, li, oi, is_first, is_last)
            return mi, li, oi, dst

    return OnlineUpdate
