import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP16]) -> pl.Tensor[[16, 64], pl.FP16]:
    x = pl.load(a, [0, 0], [16, 64])
    return pl.store(x + x, [0, 0], c)
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0201]: dtypes differ in `store`


kernel.ir
