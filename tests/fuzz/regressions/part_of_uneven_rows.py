"""As `part_of_rows_in_two_dims`, where no one stride leads from row to row.

arch = a2a3, n = 11, refused = E0413
"""

import ptodsl.language as pl


@pl.program
class PartOfUnevenRows:
    @pl.function
    def increase(
        self, a: pl.Tensor[[4, 9, 32], pl.FP32], n: pl.Scalar[pl.INT64], o: pl.Tensor[[4, 9, 32], pl.FP32]
    ) -> pl.Tensor[[4, 9, 32], pl.FP32]:
        x = pl.load(a, [1, 0, 0], [2, 8, 32], valid_shape=[n, 20])
        return pl.store(x + 1.0, [2, 0, 0], [2, 8, 32], o)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, a: pl.Tensor[[4, 9, 32], pl.FP32], n: pl.Scalar[pl.INT64], o: pl.Tensor[[4, 9, 32], pl.FP32]
    ) -> pl.Tensor[[4, 9, 32], pl.FP32]:
        return self.increase(a, n, o)
