import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.UINT32]
) -> pl.Tensor[[16, 64], pl.UINT32]:
    x = pl.load(a, [0, 0], [16, 64])
    return pl.store(pl.cast(x, pl.UINT32), [0, 0], c)
#                   ^^^^^^^^^^^^^^^^^^^^^ error[E0412]: a5 has no conversion from FP32 to UINT32


ptodsl.emit(kernel, "a5")
