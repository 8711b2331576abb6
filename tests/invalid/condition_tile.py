import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    if t:
#      ^ error[E0211]: a condition must be BOOL or an integer scalar, this is a tile FP32[16, 64]
        t = t + t
    return pl.store(t, [0, 0], c)


kernel.ir
