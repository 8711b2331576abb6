import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32], flag: pl.Scalar[pl.BOOL], c: pl.InOut[pl.Tensor[[16, 64], pl.FP32]]
) -> pl.Tensor[[16, 64], pl.FP32]:
    n = flag + 1
#       ^^^^^^^^ error[E0204]: `+` does not take BOOL
    for i in pl.range(n):
        pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
    return c


kernel.ir
