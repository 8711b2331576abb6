import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.INT32], c: pl.Tensor[[16, 64], pl.INT32]
) -> pl.Tensor[[16, 64], pl.INT32]:
    x = pl.load(a, [0, 0], [16, 64])
    return pl.store(pl.exp(x), [0, 0], c)
#                   ^^^^^^^^^ error[E0204]: `exp` does not take INT32


kernel.ir
