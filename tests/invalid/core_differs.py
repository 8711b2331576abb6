import ptodsl
import ptodsl.language as pl


@pl.function(type=pl.FunctionType.AIC)
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    x = pl.load(a, [0, 0], [16, 64])
    return pl.store(pl.exp(x), [0, 0], c)
#                   ^^^^^^^^^ error[E0405]: kernel `kernel` is declared for the cube core, `exp` runs on the vector core


ptodsl.emit(kernel, "a2a3")
