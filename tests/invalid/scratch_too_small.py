import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[64, 16], pl.FP32]) -> pl.Tensor[[64, 16], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    tmp = pl.create_tile([8, 8], pl.FP32)
    return pl.store(pl.transpose(x, tmp), [0, 0], c)
#                   ^^^^^^^^^^^^^^^^^^^^ error[E0417]: `transpose` needs a temporary of 4096 bytes, this one has 256


ptodsl.emit(kernel, "a2a3")
