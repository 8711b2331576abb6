import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INDEX], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    for i in pl.range(n):
        u = t + t
    return pl.store(u, [0, 0], c)
#                   ^ error[E0102]: `u` is not assigned when the loop on line 7 runs no iteration


kernel.ir
