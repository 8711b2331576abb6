import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    t = 1
#       ^ error[E0208]: `t` was a tile FP32[16, 64], this makes it `1`
    return pl.store(t, [0, 0], c)


kernel.ir
