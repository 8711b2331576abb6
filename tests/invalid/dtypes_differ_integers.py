import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32],
    n: pl.Scalar[pl.INT32],
    m: pl.Scalar[pl.INT64],
    c: pl.InOut[pl.Tensor[[16, 64], pl.FP32]],
) -> pl.Tensor[[16, 64], pl.FP32]:
    for i in pl.range(n + m):
#                     ^^^^^ error[E0201]: dtypes differ in `+`
        pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
    return c


kernel.ir
