import ptodsl.language as pl


@pl.program
class Program:
    @pl.function
    def inner(self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)

    @pl.function
    def outer(self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        self.inner(a, c)
#       ^^^^^^^^^^^^^^^^ error[E0117]: `inner(...)` has no place in a kernel
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return self.outer(a)
