import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    y = pl.load(a, [0, 0], [16, 64], valid_shape=[8, 64])
    return pl.store(x + y, [0, 0], c)
#                   ^^^^^ error[E0203]: valid shapes differ in `add`: [16, 64] and [8, 64]


kernel.ir
