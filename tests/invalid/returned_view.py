import ptodsl.language as pl


@pl.program
class Program:
    @pl.function
    def double(
        self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]
    ) -> pl.Tensor[[16, 64], pl.FP32]:
        return pl.store(pl.load(a, [0, 0], [16, 64]) * 2.0, [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[8, 64], pl.FP32]:
        c = self.double(a)
        return pl.tensor.view(c, [8, 64], [0, 0])
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0302]: result 0 of `main` is a part of `c`
