import ptodsl.language as pl


@pl.program
class Program:
    @pl.function
    def scale(
        self, a: pl.Tensor[[16, 64], pl.FP32], factor: pl.Scalar[pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]
    ) -> pl.Tensor[[16, 64], pl.FP32]:
        return pl.store(pl.load(a, [0, 0], [16, 64]) * factor, [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]
    ) -> pl.Tensor[[16, 64], pl.FP32]:
        for i in pl.range(4):
            c = self.scale(a, i, c)
#                             ^ error[E0209]: argument `factor` of `scale` is INDEX, its parameter FP32
        return c
