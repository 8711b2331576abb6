import ptodsl.language as pl


@pl.program
class Program:
    @pl.function
    def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
#              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0122]: a function of a program class has `self` as its first parameter
        return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
