import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32], c: pl.Out[pl.Tensor[[32, 64], pl.FP32]]
#                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0301]: parameter `c` of `kernel` is declared Out, but the body stores to it and reads what the caller passed
) -> pl.Tensor[[32, 64], pl.FP32]:
    c = pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
    return pl.store(pl.load(c, [16, 0], [16, 64]), [0, 0], c)


kernel.ir
