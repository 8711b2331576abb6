import ptodsl.language as pl


@pl.program
class Program:
    @pl.function
    def double(
        self,
        a: pl.Tensor[[16, 64], pl.FP32],
        n: pl.Scalar[pl.INT32],
        last: pl.Scalar[pl.BOOL],
        c: pl.Tensor[[16, 64], pl.FP32],
    ) -> pl.Tensor[[16, 64], pl.FP32]:
        if n > 0:
            c = pl.store(pl.load(a, [0, 0], [16, 64]) * 2.0, [0, 0], c)
        elif not last:
            c = pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
        return c

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return self.double(a, 1, True)
#              ^^^^^^^^^^^^^^^^^^^^^^^ error[E0305]: `double` does not store to its output `c` when `n <= 0 and last`, and no buffer is passed for it
