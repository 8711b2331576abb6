import ptodsl
import ptodsl.language as pl


@pl.program
class Gaps:
    @pl.function
    def copy(self, a: pl.Tensor[[1024], pl.FP32], c: pl.Tensor[[1024], pl.FP32]) -> pl.Tensor[[1024], pl.FP32]:
        return pl.store(pl.load(a, [0], [1024]), [0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, cache: pl.Tensor[[8, 16, 2, 64], pl.FP32]) -> pl.Tensor[[1024], pl.FP32]:
        page = pl.tensor.view(cache, [1, 16, 1, 64], [3, 0, 1, 0])
        return self.copy(pl.tensor.reshape(page, [1024]))
#                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0216]: `reshape` from [1, 16, 1, 64] to [1024] would move data: `page` is a view with gaps between its rows


ptodsl.emit(Gaps)
