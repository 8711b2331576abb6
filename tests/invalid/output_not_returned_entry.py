import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]):
#^^^^^^^^^ error[E0304]: `kernel` does not return its output `c`, and no buffer is passed for it: what it stores is lost
    pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)


kernel.ir
