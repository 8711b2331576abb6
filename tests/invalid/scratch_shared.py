import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 1], pl.FP32]) -> pl.Tensor[[16, 1], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    y = pl.row_max(x, x)
#       ^^^^^^^^^^^^^^^^ error[E0424]: `row_max` overwrites its temporary, and here that has the bytes of `x`, which it reads
    t = pl.reshape(x, [64, 16])
    u = pl.reshape(t, [16, 64])
    z = pl.row_max(x, u)
#       ^^^^^^^^^^^^^^^^ error[E0424]: `row_max` overwrites its temporary, and here that has the bytes of `x`, which it reads
    return pl.store(y + z, [0, 0], c)


ptodsl.emit(kernel, "a2a3")
