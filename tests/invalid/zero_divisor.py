import ptodsl.language as pl


@pl.program
class Zero:
    @pl.function
    def fill(self, n: pl.Scalar[pl.INT32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        rest = n % 0
#              ^^^^^ error[E0217]: `%` by 0 is not defined for integers
        return pl.store(pl.full([16, 64], pl.FP32, pl.cast(rest, pl.FP32)), [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, n: pl.Scalar[pl.INT32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return self.fill(n // 0)
        #                ^^^^^^ error[E0217]: `//` by 0 is not defined for integers
