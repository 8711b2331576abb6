import ptodsl
import ptodsl.language as pl


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 1], pl.FP32]) -> pl.Tensor[[16, 1], pl.FP32]:
    x = pl.load(a, [0, 3], [16, 1])
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0413]: `load`: a column [16, 1] must be 16 consecutive elements, in tensor<16x64xfp32> they are not
    return pl.store(x, [0, 0], c)


ptodsl.emit(kernel, "a2a3")
