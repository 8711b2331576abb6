import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64], target_memory=pl.MemorySpace.L1)
    return pl.store(pl.exp(x), [0, 0], c)
#                   ^^^^^^^^^ error[E0401]: `exp` takes `source` from UB, this tile is in L1


ptodsl.emit(kernel, "a2a3")
