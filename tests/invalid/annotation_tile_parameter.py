import ptodsl.language as pl


@pl.function
def kernel(t: pl.Tile[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
#             ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0106]: a tile lives on one core and is no parameter
    return pl.store(t, [0, 0], c)


kernel.ir
