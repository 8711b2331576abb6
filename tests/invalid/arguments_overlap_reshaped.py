import ptodsl.language as pl


@pl.program
class Reshaped:
    @pl.function
    def copy(self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, cache: pl.Tensor[[8, 16, 2, 64], pl.FP32], n: pl.Scalar[pl.INT32]
    ) -> pl.Tensor[[8, 16, 2, 64], pl.FP32]:
        one = pl.reshape(pl.view(cache, [1, 16, 1, 64], [n, 0, 1, 0]), [16, 64])
        other = pl.reshape(pl.view(cache, [1, 16, 1, 64], [n, 0, 0, 0]), [16, 64])
        self.copy(one, other)
        self.copy(one, pl.reshape(pl.view(cache, [1, 16, 1, 64], [n, 0, 1, 0]), [16, 64]))
        #              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0308]: arguments `a` and `c` of `copy` share bytes, and it writes to `c`
        return cache
