import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(
    a: pl.Tensor[[64, 64], pl.FP32], c: pl.Tensor[[64, 64], pl.FP32], d: pl.Tensor[[64, 64], pl.FP32]
) -> tuple[pl.Tensor[[64, 64], pl.FP32], pl.Tensor[[64, 64], pl.FP32]]:
    x = pl.load(a, [0, 0], [64, 64])
    p = pl.matmul(x, x)
    d = pl.store(p, [0, 0], d)
    t = pl.load(a, [0, 0], [64, 64], target_memory=pl.MemorySpace.UB)
    c = pl.store(pl.exp(t), [0, 0], c)
#                ^^^^^^^^^ error[E0404]: kernel `kernel` needs the cube core for `matmul` and the vector core for `exp`
    return c, d


ptodsl.emit(kernel, "a2a3")
