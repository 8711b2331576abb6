import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[8, 6], pl.FP32]) -> pl.Tensor[[8, 6], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 3])
    return pl.store(pl.reshape(x, [8, 6]), [0, 0], c)
#                   ^^^^^^^^^^^^^^^^^^^^^ error[E0416]: `reshape` from [16, 3] to [8, 6] would move data: a row of 3 FP32 is padded to 32 bytes


ptodsl.emit(kernel, "a2a3")
