import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 8], pl.FP32]) -> pl.Tensor[[16, 8], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    return pl.store(pl.slice(x, [16, 8], [0, 3]), [0, 0], c)
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0415]: `extract`: a window starts at a multiple of 8 columns of FP32 (32 bytes), this one at 3


ptodsl.emit(kernel, "a2a3")
