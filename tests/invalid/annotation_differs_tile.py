import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP16]) -> pl.Tensor[[16, 64], pl.FP16]:
    x: pl.Tile[[16, 64], pl.FP16] = pl.load(a, [0, 0], [16, 64])
#                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0207]: `x` is declared FP16[16, 64], its value is FP32[16, 64]
    return pl.store(x, [0, 0], c)


kernel.ir
