import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.reshape(pl.load(a, [0, 0], [16, 64]), [32, 64])
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0213]: `reshape`: 1024 elements of [16, 64] do not make [32, 64]
    return pl.store(x, [0, 0], c)


kernel.ir
