import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[16, 64], pl.FP32], flag: pl.Scalar[pl.BOOL], c: pl.Tensor[[16, 64], pl.FP32]
) -> pl.Tensor[[16, 64], pl.FP32]:
    if flag:
        x = pl.load(a, [0, 0], [16, 64], target_memory=pl.MemorySpace.L1)
    else:
        x = pl.load(a, [0, 0], [16, 64], target_memory=pl.MemorySpace.UB)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0402]: `x` would be in L1 and in UB: a tile that a loop carries or branches merge has one memory
    return pl.store(x, [0, 0], c)


ptodsl.emit(kernel, "a2a3")
