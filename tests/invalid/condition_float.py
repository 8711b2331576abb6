import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32], scale: pl.Scalar[pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]
) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    if scale:
#      ^^^^^ error[E0211]: a condition must be BOOL or an integer scalar, this is FP32
        x = x * scale
    return pl.store(x, [0, 0], c)


kernel.ir
