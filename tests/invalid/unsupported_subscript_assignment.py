import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    t[0:8, :] = t[8:16, :]
#   ^^^^^^^^^ error[E0103]: assignment to a subscript cannot be compiled
    return pl.store(t, [0, 0], c)


kernel.ir
