import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    rows = pl.load(a, [0, 0], [8, 64])
    return pl.store(x + rows, [0, 0], c)
#                   ^^^^^^^^ error[E0202]: shapes differ in `add`: [16, 64] and [8, 64]


kernel.ir
