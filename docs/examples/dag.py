"""Three kernels in one program: two that do not depend on each other, and one that joins their results."""

from __future__ import annotations

from typing import Any

import ptodsl.language as pl


def dag_program(rows: int, columns: int) -> Any:
    """D = (a + b) * (a - b) in FP32; the two intermediates live as long as the launch."""
    R, C = rows, columns
    Matrix = pl.Tensor[[R, C], pl.FP32]

    @pl.program
    class Dag:
        @pl.function
        def sum(self, a: Matrix, b: Matrix, out: pl.Out[Matrix]) -> Matrix:
            return pl.store(pl.load(a, [0, 0], [R, C]) + pl.load(b, [0, 0], [R, C]), [0, 0], out)

        @pl.function
        def difference(self, a: Matrix, b: Matrix, out: pl.Out[Matrix]) -> Matrix:
            return pl.store(pl.load(a, [0, 0], [R, C]) - pl.load(b, [0, 0], [R, C]), [0, 0], out)

        @pl.function
        def product(self, a: Matrix, b: Matrix, out: pl.Out[Matrix]) -> Matrix:
            return pl.store(pl.load(a, [0, 0], [R, C]) * pl.load(b, [0, 0], [R, C]), [0, 0], out)

        @pl.function(type=pl.FunctionType.Orchestration)
        def main(self, a: Matrix, b: Matrix) -> Matrix:
            left = self.sum(a, b)
            right = self.difference(a, b)
            return self.product(left, right)

    return Dag
