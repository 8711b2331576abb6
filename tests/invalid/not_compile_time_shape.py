import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INDEX], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    u = pl.load(a, [0, 0], [n, 64])
#                          ^^^^^^^ error[E0110]: `shapes` of `pl.load` must be known at compile time
    return pl.store(t, [0, 0], c)


kernel.ir
