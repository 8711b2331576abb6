import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    t = t @ t
#       ^^^^^ error[E0119]: `@` is not defined for a tile FP32[16, 64] and a tile FP32[16, 64]
    return pl.store(t, [0, 0], c)


kernel.ir
