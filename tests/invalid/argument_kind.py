import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    t = pl.exp(a)
#              ^ error[E0205]: `pl.exp` needs a tile as `source`, this is a tensor FP32[16, 64]
    return pl.store(t, [0, 0], c)


kernel.ir
