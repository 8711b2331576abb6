import ptodsl.language as pl


@pl.function
def kernel(
#^^^^^^^^^ error[E0305]: `kernel` does not store to its output `c` when `not (first and n == 0) and not last`, and no buffer is passed for it
    a: pl.Tensor[[16, 64], pl.FP32],
    first: pl.Scalar[pl.BOOL],
    last: pl.Scalar[pl.BOOL],
    n: pl.Scalar[pl.INT32],
    c: pl.Tensor[[16, 64], pl.FP32],
) -> pl.Tensor[[16, 64], pl.FP32]:
    if first and n == 0:
        c = pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
    if last:
        c = pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
    return c


kernel.ir
