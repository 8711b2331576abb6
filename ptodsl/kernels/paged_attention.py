"""Paged attention for one new token a sequence: four kernels, and the program that runs them over a paged cache.

Keys and values lie in blocks of `block_size` slots; a table names the blocks of each sequence in order. For each block:

    qk_matmul        sij = qi @ kjᵀ
    softmax_prepare  mij = rowmax(sij * scale), pij = exp(sij * scale - mij), lij = rowsum(pij)
    pv_matmul        oi_new = pij @ vj
    online_update    merges (mij, lij, oi_new) into the running (mi, li, oi); after the last block dst = oi / li

P is rounded to the dtype of the values before it is summed, so that l matches what is multiplied. Of a block that is
only partly filled, `valid_len` slots have meaning; the rest may hold anything, NaN included.
"""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl

L0B_BYTES = 64 * 1024
"""What the memory of right operands holds, on every architecture."""


def _fitting(count: int, depth: int, dtype: pl.DType) -> int:
    """The most columns of a right operand that are multiplied at once: a divisor of their count that fits L0B."""
    column_bytes = -(-depth // 16) * 16 * dtype.size
    return max(part for part in range(1, count + 1) if count % part == 0 and part * column_bytes <= L0B_BYTES)


def qk_matmul_kernel(heads: int, head_dim: int, block_size: int, dtype: pl.DType) -> pl.Kernel[pl.Tensor]:
    """sij[H, B] = qi[H, D] @ kj[B, D]ᵀ: the keys are loaded transposed, no data moves for it."""
    H, D, B, N = heads, head_dim, block_size, _fitting(block_size, head_dim, dtype)

    @pl.function
    def qk_matmul(
        qi: pl.Tensor[[H, D], dtype], kj: pl.Tensor[[B, D], dtype], sij: pl.Out[pl.Tensor[[H, B], pl.FP32]]
    ) -> pl.Tensor[[H, B], pl.FP32]:
        q_l1 = pl.load(qi, [0, 0], [H, D], target_memory=pl.MemorySpace.L1)
        q_l0 = pl.move(q_l1, target_memory=pl.MemorySpace.L0A)
        for n in pl.range(0, B, N):
            k_l1 = pl.load(kj, [n, 0], [N, D], target_memory=pl.MemorySpace.L1, transpose=True)
            k_l0 = pl.move(k_l1, target_memory=pl.MemorySpace.L0B)
            sij = pl.store(pl.matmul(q_l0, k_l0), [0, n], sij)
        return sij

    return qk_matmul


def softmax_prepare_kernel(
    heads: int, block_size: int, dtype: pl.DType
) -> pl.Kernel[tuple[pl.Tensor, pl.Tensor, pl.Tensor]]:
    """(pij[H, B], mij[H, 1], lij[H, 1]) of sij[H, B], of which `valid_len` columns have meaning."""
    H, B = heads, block_size

    @pl.function
    def softmax_prepare(
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

    return softmax_prepare


def pv_matmul_kernel(heads: int, head_dim: int, block_size: int, dtype: pl.DType) -> pl.Kernel[pl.Tensor]:
    """oi_new[H, D] = pij[H, B] @ vj[B, D] over the first `valid_len` slots: what lies past them is never multiplied."""
    H, D, B, N = heads, head_dim, block_size, _fitting(head_dim, block_size, dtype)

    @pl.function
    def pv_matmul(
        pij: pl.Tensor[[H, B], dtype],
        vj: pl.Tensor[[B, D], dtype],
        valid_len: pl.Scalar[pl.INT64],
        oi_new: pl.Out[pl.Tensor[[H, D], pl.FP32]],
    ) -> pl.Tensor[[H, D], pl.FP32]:
        p_l1 = pl.load(pij, [0, 0], [H, B], target_memory=pl.MemorySpace.L1, valid_shape=[H, valid_len])
        p_l0 = pl.move(p_l1, target_memory=pl.MemorySpace.L0A)
        for n in pl.range(0, D, N):
            v_l1 = pl.load(vj, [0, n], [B, N], target_memory=pl.MemorySpace.L1, valid_shape=[valid_len, N])
            v_l0 = pl.move(v_l1, target_memory=pl.MemorySpace.L0B)
            oi_new = pl.store(pl.matmul(p_l0, v_l0), [0, n], oi_new)
        return oi_new

    return pv_matmul


def online_update_kernel(heads: int, head_dim: int) -> pl.Kernel[tuple[pl.Tensor, pl.Tensor, pl.Tensor, pl.Tensor]]:
    """Merges one block's (mij, lij, oi_new) into (mi, li, oi); dst[H, D] is oi / li after the last block, else zero."""
    H, D = heads, head_dim

    @pl.function
    def online_update(
        mij: pl.Tensor[[H, 1], pl.FP32],
        lij: pl.Tensor[[H, 1], pl.FP32],
        oi_new: pl.Tensor[[H, D], pl.FP32],
        mi: pl.InOut[pl.Tensor[[H, 1], pl.FP32]],
        li: pl.InOut[pl.Tensor[[H, 1], pl.FP32]],
        oi: pl.InOut[pl.Tensor[[H, D], pl.FP32]],
        is_first: pl.Scalar[pl.BOOL],
        is_last: pl.Scalar[pl.BOOL],
        dst: pl.Out[pl.Tensor[[H, D], pl.FP32]],
    ) -> tuple[
        pl.Tensor[[H, 1], pl.FP32], pl.Tensor[[H, 1], pl.FP32], pl.Tensor[[H, D], pl.FP32], pl.Tensor[[H, D], pl.FP32]
    ]:
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

    return online_update


def clear_kernel(heads: int, head_dim: int) -> pl.Kernel[pl.Tensor]:
    """Zeros in dst[H, D]: the attention over no token at all."""
    H, D = heads, head_dim

    @pl.function
    def clear(dst: pl.Out[pl.Tensor[[H, D], pl.FP32]]) -> pl.Tensor[[H, D], pl.FP32]:
        return pl.store(pl.full([H, D], pl.FP32, 0.0), [0, 0], dst)

    return clear


def _group(heads: int, kv_heads: int) -> int:
    """How many query heads share a KV head: head h uses KV head h // group. Raises ValueError where some are left."""
    if heads % kv_heads:
        raise ValueError(f"{heads} query heads do not share {kv_heads} KV heads evenly")
    return heads // kv_heads


def paged_attention_program(
    *,
    batch: int,
    heads: int,
    kv_heads: int,
    head_dim: int,
    block_size: int,
    blocks: int,
    blocks_per_sequence: int,
    dtype: pl.DType,
) -> Any:
    """Attention of query[b] over the first `context_lens[b]` tokens of each sequence b, FP32[batch, heads, head_dim].

    `block_table[b, i]` names the block of tokens i * block_size and on, `config[0]` is the scale. No token gives zeros.
    """
    D, B, G = head_dim, block_size, _group(heads, kv_heads)
    qk_matmul = qk_matmul_kernel(G, D, B, dtype)
    softmax_prepare = softmax_prepare_kernel(G, B, dtype)
    pv_matmul = pv_matmul_kernel(G, D, B, dtype)
    online_update = online_update_kernel(G, D)
    clear = clear_kernel(G, D)

    @pl.program
    class PagedAttention:
        @pl.function(type=pl.FunctionType.Orchestration)
        def paged_attention(
            self,
            query: pl.Tensor[[batch, heads, D], dtype],
            key_cache: pl.Tensor[[blocks, B, kv_heads, D], dtype],
            value_cache: pl.Tensor[[blocks, B, kv_heads, D], dtype],
            block_table: pl.Tensor[[batch, blocks_per_sequence], pl.INT32],
            context_lens: pl.Tensor[[batch], pl.INT32],
            config: pl.Tensor[[1], pl.FP32],
        ) -> pl.Tensor[[batch, heads, D], pl.FP32]:
            scale = pl.read(config, [0])
            out = pl.create_tensor([batch, heads, D], pl.FP32)
            for b in pl.range(batch):
                length = pl.read(context_lens, [b])
                count = (length + (B - 1)) // B
                for h in pl.range(kv_heads):
                    dst = pl.reshape(pl.view(out, [1, G, D], [b, h * G, 0]), [G, D])
                    if length > 0:
                        qi = pl.reshape(pl.view(query, [1, G, D], [b, h * G, 0]), [G, D])
                        mi = pl.create_tensor([G, 1], pl.FP32)
                        li = pl.create_tensor([G, 1], pl.FP32)
                        oi = pl.create_tensor([G, D], pl.FP32)
                        for i in pl.range(count):
                            block = pl.read(block_table, [b, i])
                            kj = pl.reshape(pl.view(key_cache, [1, B, 1, D], [block, 0, h, 0]), [B, D])
                            vj = pl.reshape(pl.view(value_cache, [1, B, 1, D], [block, 0, h, 0]), [B, D])
                            valid = pl.cast(pl.min(length - i * B, B), pl.INT64)
                            sij = qk_matmul(qi, kj)
                            pij, mij, lij = softmax_prepare(sij, scale, valid)
                            oi_new = pv_matmul(pij, vj, valid)
                            online_update(mij, lij, oi_new, mi, li, oi, i == 0, i == count - 1, dst)
                    else:
                        clear(dst)
            return out

    return PagedAttention
