import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.InOut[pl.Tensor[[16, 64], pl.FP32]], c: pl.Tensor[[16, 64], pl.FP32]
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0301]: parameter `a` of `kernel` is declared InOut, but the body never stores to it
) -> pl.Tensor[[16, 64], pl.FP32]:
    return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)


kernel.ir
