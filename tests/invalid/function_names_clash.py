import ptodsl.language as pl


@pl.function
def double(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
#^^^^^^^^^ error[E0121]: two functions of the program are called `double`
    return pl.store(pl.load(a, [0, 0], [16, 64]) * 2.0, [0, 0], c)


outer = double


@pl.program
class Program:
    @pl.function
    def double(self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return self.double(outer(a))
