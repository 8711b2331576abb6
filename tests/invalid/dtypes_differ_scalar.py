import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32], scale: pl.Scalar[pl.FP16], c: pl.Tensor[[16, 64], pl.FP32]
) -> pl.Tensor[[16, 64], pl.FP32]:
    return pl.store(pl.load(a, [0, 0], [16, 64]) * scale, [0, 0], c)
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0201]: dtypes differ in `mul`


kernel.ir
