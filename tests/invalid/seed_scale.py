import ptodsl.language as pl


@pl.program
class SoftmaxPrepare:
    @pl.function(type=pl.FunctionType.InCore)
    def softmax_prepare(
        self, sij: pl.Tensor[[16, 16], pl.FP32], scale: pl.Scalar[pl.FP32], pij: pl.Tensor[[16, 16], pl.FP32]
    ) -> pl.Tensor[[16, 16], pl.FP32]:
        sij_scaled = pl.mul(pl.load(sij, [0, 0], [16, 16]), scale)
        return pl.store(pl.exp(sij_scaled), [0, 0], [16, 16], pij)

    @pl.function(type=pl.FunctionType.Orchestration)
    def orchestrator(
        self, sij: pl.Tensor[[16, 16], pl.FP32], config: pl.Tensor[[1], pl.INT32]
    ) -> pl.Tensor[[16, 16], pl.FP32]:
        scale: pl.Scalar[pl.FP32] = pl.tensor.read(config, [0])
#                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0207]: `scale` is declared FP32, its value is INT32
        return self.softmax_prepare(sij, scale)
