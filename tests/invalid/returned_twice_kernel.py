import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]
) -> tuple[pl.Tensor[[16, 64], pl.FP32], pl.Tensor[[16, 64], pl.FP32]]:
    c = pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
    return c, c
#   ^^^^^^^^^^^ error[E0303]: `kernel` returns `c` twice, as results 0 and 1


kernel.ir
