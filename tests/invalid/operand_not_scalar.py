import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    t = pl.set_validshape(t, pl.FP32, 64)
#                            ^^^^^^^ error[E0205]: `pl.set_validshape` needs a list of scalars as `valid_shape`, this is the dtype FP32
    return pl.store(t, [0, 0], c)


kernel.ir
