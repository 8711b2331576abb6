import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[256, 256], pl.FP32], c: pl.Tensor[[256, 256], pl.FP32]
) -> pl.Tensor[[256, 256], pl.FP32]:
    x = pl.load(a, [0, 0], [200, 256])
    y = pl.load(a, [8, 0], [200, 256])
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0422]: UB overflows in kernel `kernel`: 409600 bytes are live here, it holds 253952
    return pl.store(x + y, [0, 0], c)


ptodsl.emit(kernel, "a5")
