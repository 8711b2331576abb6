"""Softmax over the last dim, a block of rows at a time; where blocks do not divide the rows, the last two overlap."""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl


def softmax_program(rows: int, columns: int, block: int = 16) -> Any:
    """y[rows, columns] = softmax(x) by rows, in FP32; any number of rows."""
    R, C, B = rows, columns, min(block, rows)

    @pl.program
    class Softmax:
        @pl.function(type=pl.FunctionType.InCore)
        def softmax(
            self, x: pl.Tensor[[R, C], pl.FP32], y: pl.Out[pl.Tensor[[R, C], pl.FP32]]
        ) -> pl.Tensor[[R, C], pl.FP32]:
            for step in pl.range(0, R, B):
                row = pl.min(step, R - B)
                tile = pl.load(x, [row, 0], [B, C])
                shifted = pl.row_expand_sub(tile, pl.row_max(tile))
                weights = pl.exp(shifted)
                y = pl.store(pl.row_expand_div(weights, pl.row_sum(weights)), [row, 0], y)
            return y

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, x: pl.Tensor[[R, C], pl.FP32]) -> pl.Tensor[[R, C], pl.FP32]:
            return self.softmax(x)

    return Softmax
