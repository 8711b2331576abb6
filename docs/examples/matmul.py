"""A matrix product on the cube core: blocks of the result, a loop along K that accumulates in L0C."""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl


def matmul_program(m: int, k: int, n: int, dtype: pl.DType, block: tuple[int, int, int] = (64, 64, 64)) -> Any:
    """c[m, n] = a[m, k] @ b[k, n], accumulated in FP32; the block divides the shape."""
    M, K, N = m, k, n
    BM, BK, BN = block

    @pl.program
    class MatMul:
        @pl.function(type=pl.FunctionType.InCore)
        def matmul(
            self, a: pl.Tensor[[M, K], dtype], b: pl.Tensor[[K, N], dtype], c: pl.Out[pl.Tensor[[M, N], pl.FP32]]
        ) -> pl.Tensor[[M, N], pl.FP32]:
            for i in pl.range(0, M, BM):
                for j in pl.range(0, N, BN):
                    acc = pl.matmul(pl.load(a, [i, 0], [BM, BK]), pl.load(b, [0, j], [BK, BN]))
                    for p in pl.range(BK, K, BK):
                        acc = pl.matmul_acc(acc, pl.load(a, [i, p], [BM, BK]), pl.load(b, [p, j], [BK, BN]))
                    c = pl.store(acc, [i, j], c)
            return c

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, a: pl.Tensor[[M, K], dtype], b: pl.Tensor[[K, N], dtype]) -> pl.Tensor[[M, N], pl.FP32]:
            return self.matmul(a, b)

    return MatMul
