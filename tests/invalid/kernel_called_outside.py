import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    return pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], c)


kernel(1, 2)
#^^^^^^^^^^^ error[E0112]: `kernel` was called by Python: it has meaning only where a kernel or orchestration is compiled
