import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.BF16], c: pl.Tensor[[16, 64], pl.BF16]) -> pl.Tensor[[16, 64], pl.BF16]:
    x = pl.load(a, [0, 0], [16, 64])
    return pl.store(x + x, [0, 0], c)
#                   ^^^^^ error[E0411]: the vector unit of a2a3 cannot compute `add` on BF16


ptodsl.emit(kernel, "a2a3")
