import ptodsl.language as pl


@pl.program
class Program:
    @pl.function
    def first(self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)

    @pl.function
    def second(self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
#   ^^^^^^^^^^ error[E0120]: the program `Program` has 2 kernels and no orchestration: what to run is not clear
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
