"""A temporary that is a view of the source was refused by a verifier only, as if a pass of ours had failed.

refused = E0424
"""

import ptodsl.language as pl


@pl.program
class TemporaryOfSource:
    @pl.function
    def k(self, a: pl.Tensor[[8, 16], pl.FP32], o: pl.Tensor[[8, 1], pl.FP32]) -> pl.Tensor[[8, 1], pl.FP32]:
        x = pl.load(a, [0, 0], [8, 16])
        t = pl.slice(x, [8, 16], [0, 0])
        return pl.store(pl.row_max(x, t), [0, 0], o)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[8, 16], pl.FP32], o: pl.Tensor[[8, 1], pl.FP32]) -> pl.Tensor[[8, 1], pl.FP32]:
        return self.k(a, o)
