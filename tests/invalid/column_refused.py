import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 1], pl.FP32]) -> pl.Tensor[[16, 1], pl.FP32]:
    x = pl.row_sum(pl.load(a, [0, 0], [16, 64]))
    y = pl.row_max(x)
#       ^^^^^^^^^^^^^ error[E0414]: `row_max` reads rows of `source`, this is a column [16, 1]
    return pl.store(y, [0, 0], c)


ptodsl.emit(kernel, "a2a3")
