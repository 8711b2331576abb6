"""The strides of a view were lost where a branch chooses between buffers.

arch = a2a3, n = 2
"""

import ptodsl.language as pl


@pl.program
class ChoiceOfViews:
    @pl.function
    def double(
        self, a: pl.Tensor[[4, 8], pl.FP32], o: pl.Out[pl.Tensor[[4, 8], pl.FP32]]
    ) -> pl.Tensor[[4, 8], pl.FP32]:
        return pl.store(pl.load(a, [0, 0], [4, 8]) * 2.0, [0, 0], o)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, a: pl.Tensor[[4, 8], pl.FP32], b: pl.Tensor[[6, 20], pl.FP32], n: pl.Scalar[pl.INT64]
    ) -> pl.Tensor[[4, 8], pl.FP32]:
        if n > 1:  # noqa: SIM108 - the branch is the subject
            chosen = b[1:5, 3:11]
        else:
            chosen = a
        return self.double(chosen)
