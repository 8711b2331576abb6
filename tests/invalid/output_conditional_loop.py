import ptodsl.language as pl


@pl.function
def kernel(
#^^^^^^^^^ error[E0305]: `kernel` does not store to its output `c` when the loop on line 9 runs no iteration, and no buffer is passed for it
    a: pl.Tensor[[16, 64], pl.FP32], n: pl.Scalar[pl.INDEX], c: pl.Tensor[[16, 64], pl.FP32]
) -> pl.Tensor[[16, 64], pl.FP32]:
    for i in pl.range(n):
        c = pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)
    return c


kernel.ir
