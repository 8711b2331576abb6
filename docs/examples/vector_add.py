"""c = a + b, a block of rows at a time."""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl


def vector_add_program(rows: int, columns: int, dtype: pl.DType, block: int = 16) -> Any:
    """c[rows, columns] = a + b; `block` rows fit UB three times."""
    R, C, B = rows, columns, block

    @pl.program
    class VectorAdd:
        @pl.function(type=pl.FunctionType.InCore)
        def add(
            self, a: pl.Tensor[[R, C], dtype], b: pl.Tensor[[R, C], dtype], c: pl.Out[pl.Tensor[[R, C], dtype]]
        ) -> pl.Tensor[[R, C], dtype]:
            for row in pl.range(0, R, B):
                x = pl.load(a, [row, 0], [B, C])
                y = pl.load(b, [row, 0], [B, C])
                c = pl.store(x + y, [row, 0], c)
            return c

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, a: pl.Tensor[[R, C], dtype], b: pl.Tensor[[R, C], dtype]) -> pl.Tensor[[R, C], dtype]:
            return self.add(a, b)

    return VectorAdd
