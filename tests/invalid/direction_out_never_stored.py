import ptodsl.language as pl


@pl.function
def kernel(
    c: pl.Out[pl.Tensor[[16, 64], pl.FP32]], d: pl.Tensor[[16, 64], pl.FP32]
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0301]: parameter `c` of `kernel` is declared Out, but the body never stores to it
) -> pl.Tensor[[16, 64], pl.FP32]:
    d = pl.store(pl.load(c, [0, 0], [16, 64]), [0, 0], d)
    return d


kernel.ir
