import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.INT8], c: pl.Tensor[[16, 64], pl.INT8]) -> pl.Tensor[[16, 64], pl.INT8]:
    x = pl.load(a, [0, 0], [16, 64], valid_shape=[16, 33])
    return pl.store(pl.fillpad(x), [0, 0], c)
#                   ^^^^^^^^^^^^^ error[E0411]: the vector unit of a2a3 cannot compute `fillpad` on INT8


ptodsl.emit(kernel, "a2a3")
