import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INT32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    if n == 0:
        u = t
    elif n < 4:
        v = t
    else:
        w = t
    return pl.store(u, [0, 0], c)
#                   ^ error[E0102]: `u` is not assigned when `n != 0`


kernel.ir
