import ptodsl
import ptodsl.language as pl


@pl.program
class Shapes:
    @pl.function
    def copy(self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return pl.store(pl.load(pl.reshape(a, [16, 64]), [0, 0], [16, 64]), [0, 0], c)
        #                       ^^^^^^^^^^^^^^^^^^^^^^^ error[E0117]: `pl.reshape` has no place in a kernel

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[4, 256], pl.FP32], n: pl.Scalar[pl.INT32]) -> pl.Tensor[[16, 64], pl.FP32]:
        self.copy(pl.reshape(a, [16, 65]))
        #         ^^^^^^^^^^^^^^^^^^^^^^^ error[E0213]: `reshape`: 1024 elements of [4, 256] do not make [16, 65]
        self.copy(pl.reshape(a, [16, -1]))
        #         ^^^^^^^^^^^^^^^^^^^^^^^ error[E0213]: `reshape`: a tensor of shape [16, -1]
        self.copy(pl.reshape(a, [n, 64]))
        #                       ^^^^^^^ error[E0110]: `shape` of `pl.reshape` must be known at compile time
        return self.copy(a)
        #                ^ error[E0209]: argument `a` of `copy` is FP32[4, 256], its parameter FP32[16, 64]


ptodsl.emit(Shapes)
