import ptodsl.language as pl


@pl.function
def kernel(n: int, c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
#             ^^^ error[E0106]: `int` is no type of the language
    return pl.store(pl.full([16, 64], pl.FP32, 0.0), [0, 0], c)


kernel.ir
