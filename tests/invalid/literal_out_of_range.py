import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    m = pl.cast(t, pl.INT16) + 40000
#                              ^^^^^ error[E0206]: the literal 40000 does not fit INT16
    return pl.store(t, [0, 0], c)


kernel.ir
