import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INDEX], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    while n > 0:
#   ^^^^^^^^^^^^ error[E0103]: `while` cannot be compiled
        t = t + t
    return pl.store(t, [0, 0], c)


kernel.ir
