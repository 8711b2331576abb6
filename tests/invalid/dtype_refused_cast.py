import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.INT32], flag: pl.Scalar[pl.BOOL], c: pl.Tensor[[16, 64], pl.INT32]
) -> pl.Tensor[[16, 64], pl.INT32]:
    n = pl.cast(flag, pl.INT32)
#       ^^^^^^^^^^^^^^^^^^^^^^^ error[E0204]: `cast` does not take BOOL
    return pl.store(pl.load(a, [0, 0], [16, 64]) * n, [0, 0], c)


kernel.ir
