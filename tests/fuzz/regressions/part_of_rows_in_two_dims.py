"""Rows in two dims of a tensor were all stored where only some of them were valid.

arch = a2a3, n = 11
"""

import ptodsl.language as pl


@pl.program
class PartOfRowsInTwoDims:
    @pl.function
    def increase(
        self, a: pl.Tensor[[4, 8, 32], pl.FP32], n: pl.Scalar[pl.INT64], o: pl.Tensor[[4, 8, 32], pl.FP32]
    ) -> pl.Tensor[[4, 8, 32], pl.FP32]:
        x = pl.load(a, [1, 0, 0], [2, 8, 32], valid_shape=[n, 20])
        return pl.store(x + 1.0, [2, 0, 0], [2, 8, 32], o)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, a: pl.Tensor[[4, 8, 32], pl.FP32], n: pl.Scalar[pl.INT64], o: pl.Tensor[[4, 8, 32], pl.FP32]
    ) -> pl.Tensor[[4, 8, 32], pl.FP32]:
        return self.increase(a, n, o)
