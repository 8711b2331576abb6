import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[256, 256], pl.FP32], c: pl.Tensor[[256, 256], pl.FP32]
) -> pl.Tensor[[256, 256], pl.FP32]:
    x = pl.load(a, [0, 0], [256, 256])
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0422]: UB overflows in kernel `kernel`: 262144 bytes are live here, it holds 188416
    return pl.store(x + x, [0, 0], c)


ptodsl.emit(kernel, "a2a3")
