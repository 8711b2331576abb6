import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    u = pl.cast(t, pl.FP16, mode="up")
#                                ^^^^ error[E0111]: `mode` of `pl.cast` must be one of "none", "rint", "round", "floor", "ceil", "trunc", "odd", this is `'up'`
    return pl.store(t, [0, 0], c)


kernel.ir
