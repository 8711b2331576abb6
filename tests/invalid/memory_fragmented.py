import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[240, 64], pl.FP32], c: pl.Tensor[[240, 64], pl.FP32]
) -> pl.Tensor[[240, 64], pl.FP32]:
    p = pl.load(a, [0, 0], [240, 64])
    q = pl.load(a, [0, 0], [240, 64])
    r = pl.load(a, [0, 0], [180, 64])
    c = pl.store(q, [0, 0], c)
    s = pl.load(a, [0, 0], [120, 64])
    t = pl.load(a, [0, 0], [180, 64])
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0423]: UB of kernel `kernel` has 188416 bytes and no gap of 46080 left for `t`
    c = pl.store(r, [0, 0], c)
    c = pl.store(p, [0, 0], c)
    c = pl.store(t, [0, 0], c)
    return pl.store(s, [0, 0], c)


ptodsl.emit(kernel, "a2a3")
