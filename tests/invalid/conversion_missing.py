import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.UINT32], c: pl.Tensor[[16, 64], pl.FP32]
) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    return pl.store(pl.cast(x, pl.FP32), [0, 0], c)
#                   ^^^^^^^^^^^^^^^^^^^ error[E0412]: a2a3 has no conversion from UINT32 to FP32


ptodsl.emit(kernel, "a2a3")
