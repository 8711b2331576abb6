"""A move whose tiles are padded to different shapes did not compile.

arch = a5, refused = E0413
"""

import ptodsl.language as pl


@pl.program
class MoveBetweenPaddings:
    @pl.function
    def k(self, a: pl.Tensor[[1, 5], pl.INT32], o: pl.Tensor[[1, 5], pl.INT32]) -> pl.Tensor[[1, 5], pl.INT32]:
        x = pl.load(a, [0, 0], [1, 5])
        pl.move(x, target_memory=pl.MemorySpace.L1)
        return pl.store(x, [0, 0], o)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[1, 5], pl.INT32], o: pl.Tensor[[1, 5], pl.INT32]) -> pl.Tensor[[1, 5], pl.INT32]:
        return self.k(a, o)
