import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INDEX], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    if n > 0:
#      ^^^^^ error[E0123]: `dtype` is the dtype FP16 on one path and the dtype BF16 on the other
        dtype = pl.FP16
    else:
        dtype = pl.BF16
    u = pl.cast(t, dtype)
    return pl.store(t, [0, 0], c)


kernel.ir
