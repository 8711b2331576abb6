import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[2, 16, 64], pl.FP32], b: pl.Tensor[[64, 64], pl.FP32], c: pl.Tensor[[32, 64], pl.FP32]
) -> pl.Tensor[[32, 64], pl.FP32]:
    x = pl.load(a, [0, 0, 0], [2, 16, 64], target_memory=pl.MemorySpace.L1)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0413]: `load`: between GM and L1 at most one size besides the last may differ from 1
    return pl.store(pl.matmul(x, pl.load(b, [0, 0], [64, 64])), [0, 0], c)


ptodsl.emit(kernel, "a2a3")
