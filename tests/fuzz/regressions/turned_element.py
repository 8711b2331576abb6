"""A turned tile of one element, partly valid at run time, was replaced by what it was turned from, of another type.

arch = a5
"""

import ptodsl.language as pl


@pl.program
class TurnedElement:
    @pl.function
    def carry(
        self, a: pl.Tensor[[1, 40], pl.INT32], n: pl.Scalar[pl.INT32], o: pl.InOut[pl.Tensor[[1, 1], pl.INT32]]
    ) -> pl.Tensor[[1, 1], pl.INT32]:
        t = pl.load(a, [0, 0], [1, 40], valid_shape=[n, 39])
        turned = pl.transpose(pl.row_max(t))
        for _, (kept,) in pl.range(2, init_values=(turned,)):
            o = pl.store(kept, [0, 0], o)
            _last = pl.yield_(kept)
        return o

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, a: pl.Tensor[[1, 40], pl.INT32], o: pl.InOut[pl.Tensor[[1, 1], pl.INT32]]
    ) -> pl.Tensor[[1, 1], pl.INT32]:
        return self.carry(a, 1, o)
