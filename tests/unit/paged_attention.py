"""The kernels of paged attention as PyPTO's users write them, and the whole of it in one orchestration."""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl


def softmax_prepare(heads: int) -> Any:
    """`p = exp(s·scale − m)` with the row maximum m and the row sum of p."""
    block = 16

    @pl.program
    class SoftmaxPrepare:
        @pl.function(type=pl.FunctionType.InCore)
        def softmax_prepare(
            self,
            sij: pl.Tensor[[heads, block], pl.FP32],
            scale: pl.Scalar[pl.FP32],
            pij: pl.Tensor[[heads, block], pl.FP32],
            mij: pl.Tensor[[heads, 1], pl.FP32],
            lij: pl.Tensor[[heads, 1], pl.FP32],
        ) -> tuple[pl.Tensor[[heads, block], pl.FP32], pl.Tensor[[heads, 1], pl.FP32], pl.Tensor[[heads, 1], pl.FP32]]:
            sij_tile = pl.load(sij, [0, 0], [heads, block], target_memory=pl.MemorySpace.UB)
            sij_scaled = pl.mul(sij_tile, scale)
            tmp_tile = pl.create_tile([heads, block], dtype=pl.FP32, target_memory=pl.MemorySpace.UB)
            mij_tile = pl.row_max(sij_scaled, tmp_tile)
            sij_centered = pl.row_expand_sub(sij_scaled, mij_tile)
            pij_tile = pl.exp(sij_centered)
            lij_tile = pl.row_sum(pij_tile, tmp_tile)
            pij_out = pl.store(pij_tile, [0, 0], [heads, block], pij)
            mij_out = pl.store(mij_tile, [0, 0], [heads, 1], mij)
            lij_out = pl.store(lij_tile, [0, 0], [heads, 1], lij)
            return pij_out, mij_out, lij_out

        @pl.function(type=pl.FunctionType.Orchestration)
        def orchestrator(
            self, sij: pl.Tensor[[heads, block], pl.FP32], config: pl.Tensor[[1], pl.FP32]
        ) -> tuple[pl.Tensor[[heads, block], pl.FP32], pl.Tensor[[heads, 1], pl.FP32], pl.Tensor[[heads, 1], pl.FP32]]:
            scale: pl.Scalar[pl.FP32] = pl.tensor.read(config, [0])
            pij_out, mij_out, lij_out = self.softmax_prepare(sij, scale)
            return pij_out, mij_out, lij_out

    return SoftmaxPrepare


def qk_matmul(heads: int) -> Any:
    """`s = q @ kᵀ`, k given transposed, every memory written."""
    block, dim = 16, 32

    @pl.program
    class QKMatmul:
        @pl.function(type=pl.FunctionType.InCore)
        def qk_matmul(
            self,
            qi: pl.Tensor[[heads, dim], pl.FP32],
            kj_t: pl.Tensor[[dim, block], pl.FP32],
            sij: pl.Tensor[[heads, block], pl.FP32],
        ) -> pl.Tensor[[heads, block], pl.FP32]:
            qi_l1 = pl.load(qi, [0, 0], [heads, dim], target_memory=pl.MemorySpace.L1)
            kj_l1 = pl.load(kj_t, [0, 0], [dim, block], target_memory=pl.MemorySpace.Mat)
            qi_l0a = pl.move(qi_l1, target_memory=pl.MemorySpace.L0A)
            kj_l0b = pl.move(kj_l1, pl.MemorySpace.L0B)
            sij_l0c = pl.matmul(qi_l0a, kj_l0b)
            return pl.l0c_store(sij_l0c, [0, 0], [heads, block], sij)

        @pl.function(type=pl.FunctionType.Orchestration)
        def orchestrator(
            self, qi: pl.Tensor[[heads, dim], pl.FP32], kj_t: pl.Tensor[[dim, block], pl.FP32]
        ) -> pl.Tensor[[heads, block], pl.FP32]:
            return self.qk_matmul(qi, kj_t)

    return QKMatmul


def online_update(heads: int) -> Any:
    """One step of the running softmax; m, l and o are updated in place."""
    dim = 32

    @pl.program
    class OnlineUpdate:
        @pl.function(type=pl.FunctionType.InCore)
        def online_update(
            self,
            mij: pl.Tensor[[heads, 1], pl.FP32],
            lij: pl.Tensor[[heads, 1], pl.FP32],
            oi_new: pl.Tensor[[heads, dim], pl.FP32],
            mi: pl.Tensor[[heads, 1], pl.FP32],
            li: pl.Tensor[[heads, 1], pl.FP32],
            oi: pl.Tensor[[heads, dim], pl.FP32],
            dst: pl.Tensor[[heads, dim], pl.FP32],
            is_first: pl.Scalar[pl.BOOL],
            is_last: pl.Scalar[pl.BOOL],
        ) -> tuple[
            pl.Tensor[[heads, 1], pl.FP32],
            pl.Tensor[[heads, 1], pl.FP32],
            pl.Tensor[[heads, dim], pl.FP32],
            pl.Tensor[[heads, dim], pl.FP32],
        ]:
            mij_tile = pl.load(mij, [0, 0], [heads, 1], target_memory=pl.MemorySpace.UB)
            lij_tile = pl.load(lij, [0, 0], [heads, 1], target_memory=pl.MemorySpace.UB)
            oi_new_tile = pl.load(oi_new, [0, 0], [heads, dim], target_memory=pl.MemorySpace.UB)
            mi_tile = pl.load(mi, [0, 0], [heads, 1], target_memory=pl.MemorySpace.UB)
            li_tile = pl.load(li, [0, 0], [heads, 1], target_memory=pl.MemorySpace.UB)
            oi_tile = pl.load(oi, [0, 0], [heads, dim], target_memory=pl.MemorySpace.UB)
            if is_first:
                mi_out = pl.store(mij_tile, [0, 0], [heads, 1], mi)
                li_out = pl.store(lij_tile, [0, 0], [heads, 1], li)
                oi_out = pl.store(oi_new_tile, [0, 0], [heads, dim], oi)
                if is_last:
                    dst_tile = pl.row_expand_div(oi_new_tile, lij_tile)
                    dst_out = pl.store(dst_tile, [0, 0], [heads, dim], dst)
                else:
                    zero = pl.block.full([heads, dim], dtype=pl.FP32, value=0.0)
                    dst_out = pl.store(zero, [0, 0], [heads, dim], dst)
            else:
                mi_tile_nd = pl.reshape(mi_tile, [1, heads])
                mij_tile_nd = pl.reshape(mij_tile, [1, heads])
                li_tile_nd = pl.reshape(li_tile, [1, heads])
                lij_tile_nd = pl.reshape(lij_tile, [1, heads])
                mi_new = pl.maximum(mi_tile_nd, mij_tile_nd)
                alpha = pl.exp(pl.sub(mi_tile_nd, mi_new))
                beta = pl.exp(pl.sub(mij_tile_nd, mi_new))
                li_updated = pl.add(pl.mul(alpha, li_tile_nd), pl.mul(beta, lij_tile_nd))
                alpha_dn = pl.reshape(alpha, [heads, 1])
                oi_scaled = pl.row_expand_mul(oi_tile, alpha_dn)
                beta_dn = pl.reshape(beta, [heads, 1])
                oi_new_scaled = pl.row_expand_mul(oi_new_tile, beta_dn)
                oi_updated = pl.add(oi_scaled, oi_new_scaled)
                mi_new_dn = pl.reshape(mi_new, [heads, 1])
                li_updated_dn = pl.reshape(li_updated, [heads, 1])
                mi_out = pl.store(mi_new_dn, [0, 0], [heads, 1], mi)
                li_out = pl.store(li_updated_dn, [0, 0], [heads, 1], li)
                if is_last:
                    dst_tile = pl.row_expand_div(oi_updated, li_updated_dn)
                    dst_out = pl.store(dst_tile, [0, 0], [heads, dim], dst)
                    oi_out = pl.store(oi_updated, [0, 0], [heads, dim], oi)
                else:
                    zero_tile = pl.block.full([heads, dim], dtype=pl.FP32, value=0.0)
                    dst_out = pl.store(zero_tile, [0, 0], [heads, dim], dst)
                    oi_out = pl.store(oi_updated, [0, 0], [heads, dim], oi)
            return mi_out, li_out, oi_out, dst_out

        @pl.function(type=pl.FunctionType.Orchestration)
        def orchestrator(
            self,
            mij: pl.Tensor[[heads, 1], pl.FP32],
            lij: pl.Tensor[[heads, 1], pl.FP32],
            oi_new: pl.Tensor[[heads, dim], pl.FP32],
            config: pl.Tensor[[2], pl.INT64],
            mi: pl.Tensor[[heads, 1], pl.FP32],
            li: pl.Tensor[[heads, 1], pl.FP32],
            oi: pl.Tensor[[heads, dim], pl.FP32],
            dst: pl.Tensor[[heads, dim], pl.FP32],
        ) -> tuple[
            pl.Tensor[[heads, 1], pl.FP32],
            pl.Tensor[[heads, 1], pl.FP32],
            pl.Tensor[[heads, dim], pl.FP32],
            pl.Tensor[[heads, dim], pl.FP32],
        ]:
            is_first: pl.Scalar[pl.INT64] = pl.tensor.read(config, [0])
            is_last: pl.Scalar[pl.INT64] = pl.tensor.read(config, [1])
            mi, li, oi, dst = self.online_update(mij, lij, oi_new, mi, li, oi, dst, is_first != 0, is_last != 0)
            return mi, li, oi, dst

    return OnlineUpdate


SCALE = 0.125


def paged_attention(heads: int) -> Any:
    """Attention of a batch of queries over a paged cache, block by block, the last block partly there."""
    batch, blocks, max_blocks = 2, 8, 4
    dim, block, dtype = 64, 16, pl.FP16

    @pl.program
    class PagedAttention:
        rows = heads

        @pl.function(type=pl.FunctionType.AIC)
        def qk(
            self,
            q: pl.Tensor[[heads, dim], dtype],
            k: pl.Tensor[[blocks * block, dim], dtype],
            row: pl.Scalar[pl.INDEX],
            s: pl.Out[pl.Tensor[[heads, block], pl.FP32]],
        ) -> pl.Tensor[[heads, block], pl.FP32]:
            a = pl.load(q, [0, 0], [heads, dim], target_memory=pl.MemorySpace.L1)
            b = pl.load(k, [row, 0], [block, dim], target_memory=pl.Mem.Mat, transpose=True)
            return pl.store(pl.matmul(a, b), [0, 0], s)

        @pl.function
        def softmax(
            self,
            s: pl.Tensor[[heads, block], pl.FP32],
            n: pl.Scalar[pl.INDEX],
            p: pl.Tensor[[heads, block], dtype],
            m: pl.Tensor[[heads, 1], pl.FP32],
            total: pl.Tensor[[heads, 1], pl.FP32],
        ) -> tuple[pl.Tensor[[heads, block], dtype], pl.Tensor[[heads, 1], pl.FP32], pl.Tensor[[heads, 1], pl.FP32]]:
            x = pl.load(s, [0, 0], [heads, block], valid_shape=[heads, n]) * SCALE
            x = pl.fillpad(x, pad_value=pl.PadValue.min)
            mx = pl.row_max(x)
            e = pl.cast(pl.exp(pl.row_expand_sub(x, mx)), dtype)
            p = pl.store(e, [0, 0], p)
            m = pl.store(mx, [0, 0], m)
            total = pl.store(pl.row_sum(pl.cast(e, pl.FP32)), [0, 0], total)
            return p, m, total

        @pl.function
        def pv(
            self,
            p: pl.Tensor[[heads, block], dtype],
            v: pl.Tensor[[blocks * block, dim], dtype],
            row: pl.Scalar[pl.INDEX],
            n: pl.Scalar[pl.INDEX],
            o: pl.Tensor[[heads, dim], pl.FP32],
        ) -> pl.Tensor[[heads, dim], pl.FP32]:
            a = pl.load(p, [0, 0], [heads, block], [heads, n], target_memory=pl.MemorySpace.L1)
            b = pl.load(v, [row, 0], [block, dim], valid_shape=[n, dim], target_memory=pl.MemorySpace.L1)
            return pl.store(pl.matmul(a, b), [0, 0], o)

        @pl.function
        def update(
            self,
            mij: pl.Tensor[[heads, 1], pl.FP32],
            lij: pl.Tensor[[heads, 1], pl.FP32],
            oij: pl.Tensor[[heads, dim], pl.FP32],
            is_first: pl.Scalar[pl.BOOL],
            is_last: pl.Scalar[pl.BOOL],
            m: pl.InOut[pl.Tensor[[heads, 1], pl.FP32]],
            total: pl.InOut[pl.Tensor[[heads, 1], pl.FP32]],
            o: pl.InOut[pl.Tensor[[heads, dim], pl.FP32]],
            dst: pl.Tensor[[batch * heads, dim], pl.FP32],
            row: pl.Scalar[pl.INDEX],
        ) -> tuple[
            pl.Tensor[[heads, 1], pl.FP32],
            pl.Tensor[[heads, 1], pl.FP32],
            pl.Tensor[[heads, dim], pl.FP32],
            pl.Tensor[[batch * heads, dim], pl.FP32],
        ]:
            mn = pl.load(mij, [0, 0], [heads, 1])
            ln = pl.load(lij, [0, 0], [heads, 1])
            on = pl.load(oij, [0, 0], [heads, dim])
            if not is_first:
                mo = pl.load(m, [0, 0], [heads, 1])
                lo = pl.load(total, [0, 0], [heads, 1])
                oo = pl.load(o, [0, 0], [heads, dim])
                mm = pl.maximum(mo, mn)
                al = pl.exp(mo - mm)
                be = pl.exp(mn - mm)
                ln = al * lo + be * ln
                on = pl.row_expand_mul(oo, al) + pl.row_expand_mul(on, be)
                mn = mm
            m = pl.store(mn, [0, 0], m)
            total = pl.store(ln, [0, 0], total)
            o = pl.store(on, [0, 0], o)
            if is_last:
                dst = pl.store(pl.row_expand_div(on, ln), [row, 0], dst)
            return m, total, o, dst

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self,
            q: pl.Tensor[[batch * heads, dim], dtype],
            k: pl.Tensor[[blocks * block, dim], dtype],
            v: pl.Tensor[[blocks * block, dim], dtype],
            table: pl.Tensor[[batch, max_blocks], pl.INT32],
            lens: pl.Tensor[[batch], pl.INT32],
            out: pl.Tensor[[batch * heads, dim], pl.FP32],
        ) -> pl.Tensor[[batch * heads, dim], pl.FP32]:
            for b in pl.range(batch):
                length = pl.read(lens, [b])
                count = (length + (block - 1)) // block
                qb = pl.view(q, [self.rows, dim], [b * heads, 0])
                m = pl.create_tensor([heads, 1], pl.FP32)
                total = pl.create_tensor([heads, 1], dtype=pl.FP32)
                o = pl.create_tensor([heads, dim], pl.FP32)
                for j in pl.range(count):
                    row = pl.read(table, [b, j]) * block
                    n: pl.Scalar[pl.INDEX] = pl.min(length - j * block, block)
                    s = self.qk(qb, k, pl.cast(row, pl.INDEX))
                    p, mij, lij = self.softmax(s, n)
                    oij = self.pv(p, v, pl.cast(row, pl.INDEX), n)
                    m, total, o, out = self.update(mij, lij, oij, j == 0, j == count - 1, m, total, o, out, b * heads)
            return out

    return PagedAttention
