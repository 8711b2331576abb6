import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    n = 4
    return n
#          ^ error[E0103]: returning `4` cannot be compiled


kernel.ir
