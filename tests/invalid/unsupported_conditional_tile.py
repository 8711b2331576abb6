import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INDEX], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    t = t if n > 0 else t + t
#       ^ error[E0103]: a conditional expression of a tile FP32[16, 64] cannot be compiled
    return pl.store(t, [0, 0], c)


kernel.ir
