"""Layer normalisation: mean, variance, scale and shift in one kernel."""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl


def layer_norm_program(rows: int, columns: int, epsilon: float = 1e-5) -> Any:
    """y[rows, columns] = (x - mean) / sqrt(variance + epsilon) * gamma + beta by rows, in FP32."""
    R, C = rows, columns
    inverse = 1.0 / columns

    @pl.program
    class LayerNorm:
        @pl.function(type=pl.FunctionType.InCore)
        def layer_norm(
            self,
            x: pl.Tensor[[R, C], pl.FP32],
            gamma: pl.Tensor[[1, C], pl.FP32],
            beta: pl.Tensor[[1, C], pl.FP32],
            y: pl.Out[pl.Tensor[[R, C], pl.FP32]],
        ) -> pl.Tensor[[R, C], pl.FP32]:
            tile = pl.load(x, [0, 0], [R, C])
            mean = pl.row_sum(tile) * inverse
            centred = pl.row_expand_sub(tile, mean)
            variance = pl.row_sum(centred * centred) * inverse
            normal = pl.row_expand_mul(centred, pl.rsqrt(variance + epsilon))
            scaled = pl.col_expand_mul(normal, pl.load(gamma, [0, 0], [1, C]))
            shifted = pl.col_expand_add(scaled, pl.load(beta, [0, 0], [1, C]))
            return pl.store(shifted, [0, 0], y)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(
            self,
            x: pl.Tensor[[R, C], pl.FP32],
            gamma: pl.Tensor[[1, C], pl.FP32],
            beta: pl.Tensor[[1, C], pl.FP32],
        ) -> pl.Tensor[[R, C], pl.FP32]:
            return self.layer_norm(x, gamma, beta)

    return LayerNorm
