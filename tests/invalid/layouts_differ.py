import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[64, 64], pl.FP32], flag: pl.Scalar[pl.BOOL], c: pl.Tensor[[64, 64], pl.FP32]
) -> pl.Tensor[[64, 64], pl.FP32]:
    if flag:
#      ^^^^ error[E0418]: `x` is laid out as nz on one path and as zn on the other
        x = pl.load(a, [0, 0], [64, 64], target_memory=pl.MemorySpace.L1)
    else:
        x = pl.load(a, [0, 0], [64, 64], target_memory=pl.MemorySpace.L1, transpose=True)
    return pl.store(pl.matmul(x, x), [0, 0], c)


ptodsl.emit(kernel, "a2a3")
