import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    u = pl.exp(t, t)
#                 ^ error[E0109]: `pl.exp` takes 1 argument by position, this gives 2
    return pl.store(t, [0, 0], c)


kernel.ir
