import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0], [16, 64])
#       ^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0213]: `load`: a tensor of rank 2 has 2 offsets, this gives 1
    return pl.store(x, [0, 0], c)


kernel.ir
