import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    return pl.store(x, [0, 32], c)
#          ^^^^^^^^^^^^^^^^^^^^^^^ error[E0213]: `store`: the window [32, 96) leaves dim 1 of [16, 64]


kernel.ir
