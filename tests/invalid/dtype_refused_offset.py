import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32], scale: pl.Scalar[pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]
) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [scale, 0], [8, 64])
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0204]: `load` does not take FP32
    return pl.store(x, [0, 0], c)


kernel.ir
