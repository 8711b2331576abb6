"""A column was stored through a view whose elements are not consecutive as if they were.

arch = a5, refused = E0413
"""

import ptodsl.language as pl


@pl.program
class ColumnOfAView:
    @pl.function
    def relu(self, a: pl.Tensor[[9, 1], pl.INT32], o: pl.Tensor[[9, 1], pl.INT32]) -> pl.Tensor[[9, 1], pl.INT32]:
        return pl.store(pl.relu(pl.load(a, [0, 0], [9, 1])), [0, 0], o)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[9, 1], pl.INT32], b: pl.Tensor[[10, 2], pl.INT32]) -> None:
        self.relu(a, b[0:9, 1:2])
