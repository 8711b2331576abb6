import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32],
    d: pl.InOut[pl.Tensor[[16, 64], pl.FP32]],
    c: pl.Tensor[[16, 64], pl.FP32],
) -> pl.Tensor[[16, 64], pl.FP32]:
    d = pl.store(pl.load(d, [0, 0], [16, 64]) * 2.0, [0, 0], d)
    c = pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
    return c, d
#   ^^^^^^^^^^^ error[E0215]: `kernel` declares 1 result, this returns 2 results


kernel.ir
