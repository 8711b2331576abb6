import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    for i in pl.range(4):
        t = t + t
    t = pl.set_validshape(t, i, 64)
#                            ^ error[E0102]: `i` is not assigned when the loop on line 7 has ended
    return pl.store(t, [0, 0], c)


kernel.ir
