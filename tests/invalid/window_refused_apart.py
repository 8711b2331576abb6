import ptodsl
import ptodsl.language as pl


@pl.program
class Apart:
    @pl.function
    def product(
        self, a: pl.Tensor[[16, 16], pl.FP16], b: pl.Tensor[[16, 16], pl.FP16], c: pl.Tensor[[16, 16], pl.FP32]
    ) -> pl.Tensor[[16, 16], pl.FP32]:
        x = pl.load(a, [0, 0], [16, 16], target_memory=pl.MemorySpace.L1)
#           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0413]: `load`: rows of a window into L1 lie at most 65535 elements apart, in a view that is passed as `a` 80000
        return pl.store(pl.matmul(x, pl.load(b, [0, 0], [16, 16])), [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, a: pl.Tensor[[16, 5, 16000], pl.FP16], b: pl.Tensor[[16, 16], pl.FP16]
    ) -> pl.Tensor[[16, 16], pl.FP32]:
        page = pl.view(a, [16, 1, 16], [0, 2, 32])
        return self.product(pl.reshape(page, [16, 16]), b)


ptodsl.emit(Apart)
