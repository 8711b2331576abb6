import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32],
    flag: pl.Scalar[pl.BOOL],
    c: pl.Tensor[[16, 64], pl.FP32],
    d: pl.Tensor[[16, 64], pl.FP32],
) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    if flag:
#      ^^^^ error[E0307]: `out` is `c` on one path and `d` on the other
        out = pl.store(t, [0, 0], c)
    else:
        out = pl.store(t, [0, 0], d)
    return out


kernel.ir
