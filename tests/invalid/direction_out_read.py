import ptodsl.language as pl


@pl.function
def kernel(c: pl.Out[pl.Tensor[[16, 64], pl.FP32]]) -> pl.Tensor[[16, 64], pl.FP32]:
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0301]: parameter `c` of `kernel` is declared Out, but the body stores to it and reads what the caller passed
    return pl.store(pl.load(c, [0, 0], [16, 64]) * 2.0, [0, 0], c)


kernel.ir
