import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    for i in pl.parallel(4):
#            ^^^^^^^^^^^ error[E0107]: `pl.parallel` does not exist
        t = t + t
    return pl.store(t, [0, 0], c)


kernel.ir
