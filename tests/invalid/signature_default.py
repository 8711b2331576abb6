import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INDEX] = 4) -> pl.Tensor[[16, 64], pl.FP32]:
#                                                                                                     ^ error[E0122]: a parameter has no default value here
    return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)


kernel.ir
