import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    for i, (x, y) in pl.range(4, init_values=(t, t)):
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0116]: 2 `init_values` for 1 yielded values
        x = pl.yield_(x + y)
    return pl.store(t, [0, 0], c)


kernel.ir
