import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32],
    b: pl.Tensor[[16, 64], pl.FP16],
    n: pl.Scalar[pl.INT32],
    c: pl.Tensor[[16, 64], pl.FP32],
) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    y = pl.load(b, [0, 0], [16, 64])
    z = pl.exp(x * y) + x
#              ^^^^^ error[E0201]: dtypes differ in `mul`
    pl.store(y, [0, 0], c)
#   ^^^^^^^^^^^^^^^^^^^^^^ error[E0201]: dtypes differ in `store`
    return pl.store(x * n, [0, 0], c)
#                   ^^^^^ error[E0201]: dtypes differ in `mul`


kernel.ir
