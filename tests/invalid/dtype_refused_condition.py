import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32],
    scale: pl.Scalar[pl.FP32],
    flag: pl.Scalar[pl.BOOL],
    c: pl.Tensor[[16, 64], pl.FP32],
) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    if scale or flag:
#      ^^^^^^^^^^^^^ error[E0204]: `or` does not take FP32
        x = x * scale
    return pl.store(x, [0, 0], c)


kernel.ir
