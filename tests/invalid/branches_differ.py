import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32],
    b: pl.Tensor[[16, 64], pl.FP16],
    flag: pl.Scalar[pl.BOOL],
    c: pl.Tensor[[16, 64], pl.FP32],
) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    if flag:
        y = x
    else:
        y = pl.load(b, [0, 0], [16, 64])
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0214]: `y` is FP32[16, 64] if the condition holds, but FP16[16, 64] if it does not
    return pl.store(y, [0, 0], c)


kernel.ir
