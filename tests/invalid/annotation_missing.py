import ptodsl.language as pl


@pl.function
def kernel(a, c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
#          ^ error[E0105]: parameter `a` has no type
    return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)


kernel.ir
