import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    u, v = t, t, t
#   ^^^^ error[E0116]: 2 names for 3 values
    return pl.store(t, [0, 0], c)


kernel.ir
