import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP16]:
    return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
#   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0210]: result 0 of `kernel` is declared FP16[16, 64], this returns FP32[16, 64]


kernel.ir
