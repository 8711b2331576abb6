import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    for i in pl.range(pl.FP32):
#                     ^^^^^^^ error[E0118]: the dtype FP32 is not a value that `pl.range` can take
        t = t + t
    return pl.store(t, [0, 0], c)


kernel.ir
