"""The checked library refused to take one element from inside a block, which the scalar unit does.

arch = a5
"""

import ptodsl.language as pl


@pl.program
class ElementAskew:
    @pl.function
    def pick(
        self, a: pl.Tensor[[5, 1], pl.FP16], n: pl.Scalar[pl.INT64], o: pl.Out[pl.Tensor[[1, 1], pl.FP16]]
    ) -> pl.Tensor[[1, 1], pl.FP16]:
        return pl.store(pl.extract(pl.load(a, [0, 0], [5, 1]), [n, 0], [1, 1]), [0, 0], o)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[5, 1], pl.FP16], o: pl.Out[pl.Tensor[[1, 1], pl.FP16]]) -> pl.Tensor[[1, 1], pl.FP16]:
        return self.pick(a, 3, o)
