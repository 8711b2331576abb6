import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[64, 64], pl.INT16], c: pl.Tensor[[64, 64], pl.INT32]
) -> pl.Tensor[[64, 64], pl.INT32]:
    total = pl.create_tile([64, 64], pl.INT32)
    x = pl.load(a, [0, 0], [64, 64])
    return pl.store(pl.matmul_acc(total, x, x), [0, 0], c)
#                   ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0204]: `matmul_acc` does not take INT16


kernel.ir
