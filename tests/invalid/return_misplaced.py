import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INDEX], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    if n > 0:
        return pl.store(t, [0, 0], c)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0115]: `return` must be the last statement of the function
    return pl.store(t, [0, 0], c)


kernel.ir
