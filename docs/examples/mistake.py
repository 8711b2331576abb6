"""A mistake that reviewers had to find by eye: the config is declared INT32, and read into an FP32 scalar."""

import ptodsl.language as pl

H, B = 16, 16


@pl.program
class Scaled:
    @pl.function(type=pl.FunctionType.InCore)
    def scale_scores(
        self, sij: pl.Tensor[[H, B], pl.FP32], scale: pl.Scalar[pl.FP32], out: pl.Tensor[[H, B], pl.FP32]
    ) -> pl.Tensor[[H, B], pl.FP32]:
        return pl.store(pl.load(sij, [0, 0], [H, B]) * scale, [0, 0], out)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, sij: pl.Tensor[[H, B], pl.FP32], config: pl.Tensor[[1], pl.INT32]) -> pl.Tensor[[H, B], pl.FP32]:
        scale: pl.Scalar[pl.FP32] = pl.tensor.read(config, [0])
        return self.scale_scores(sij, scale)
