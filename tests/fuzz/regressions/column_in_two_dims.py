"""Of a column in two dims of a tensor only the inner dim was stored; its load did not compile.

arch = a5
"""

import ptodsl.language as pl


@pl.program
class ColumnInTwoDims:
    @pl.function
    def increase(
        self, a: pl.Tensor[[5, 16, 1], pl.FP32], o: pl.Tensor[[5, 16, 1], pl.FP32]
    ) -> pl.Tensor[[5, 16, 1], pl.FP32]:
        x = pl.load(a, [0, 0, 0], [4, 16, 1])
        return pl.store(x + 1.0, [1, 0, 0], [4, 16, 1], o)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, a: pl.Tensor[[5, 16, 1], pl.FP32], o: pl.Tensor[[5, 16, 1], pl.FP32]
    ) -> pl.Tensor[[5, 16, 1], pl.FP32]:
        return self.increase(a, o)
