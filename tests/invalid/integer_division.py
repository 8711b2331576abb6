import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    t = t * (1 / 4)
#            ^^^^^ error[E0212]: `/` between integers (1 and 4) is not defined
    return pl.store(t, [0, 0], c)


kernel.ir
