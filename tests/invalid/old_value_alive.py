import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[64, 64], pl.FP32], c: pl.Tensor[[64, 64], pl.FP32], d: pl.Tensor[[64, 64], pl.FP32]
) -> tuple[pl.Tensor[[64, 64], pl.FP32], pl.Tensor[[64, 64], pl.FP32]]:
    x = pl.load(a, [0, 0], [64, 64])
    p = pl.matmul(x, x)
    q = pl.matmul_acc(p, x, x)
#       ^^^^^^^^^^^^^^^^^^^^^^ error[E0421]: `q` takes the bytes of `p`, whose old value is still needed; L0C has no copy
    c = pl.store(q, [0, 0], c)
    d = pl.store(p, [0, 0], d)
    return c, d


ptodsl.emit(kernel, "a2a3")
