import ptodsl.language as pl


@pl.program
class Program:
    @pl.function
    def scale(
        self, a: pl.Tensor[[16, 64], pl.FP32], factor: pl.Scalar[pl.FP16], c: pl.Tensor[[16, 64], pl.FP32]
    ) -> pl.Tensor[[16, 64], pl.FP32]:
        return pl.store(pl.load(a, [0, 0], [16, 64]) * factor, [0, 0], c)
#                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0201]: dtypes differ in `mul`

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        b = self.scale(a, 2.0)
        return self.scale(b, 3.0)
