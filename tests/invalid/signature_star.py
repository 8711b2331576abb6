import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], *rest: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
#                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0122]: `*rest` takes any number of arguments
    return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], a)


kernel.ir
