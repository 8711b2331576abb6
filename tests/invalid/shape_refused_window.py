import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [8, 0], [16, 64])
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0213]: `load`: the window [8, 24) leaves dim 0 of [16, 64]
    return pl.store(x, [0, 0], c)


kernel.ir
