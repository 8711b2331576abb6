import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], is_first: pl.Scalar[pl.BOOL], is_last: pl.Scalar[pl.BOOL], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    if is_first:
        if is_last:
            u = t + t
    else:
        u = t * 2.0
    return pl.store(u, [0, 0], c)
#                   ^ error[E0102]: `u` is not assigned when `is_first and not is_last`


kernel.ir
