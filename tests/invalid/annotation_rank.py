import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[2, 2, 2, 2, 2, 2], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
#             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0106]: `[2, 2, 2, 2, 2, 2]` is no shape
    return pl.store(pl.full([16, 64], pl.FP32, 0.0), [0, 0], c)


kernel.ir
