import ptodsl.language as pl


@pl.program
class OnlineUpdate:
    @pl.function(type=pl.FunctionType.InCore)
    def online_update(
        self, oi: pl.Tensor[[16, 16], pl.FP32], dst: pl.Tensor[[16, 16], pl.FP32], is_last: pl.Scalar[pl.BOOL]
    ) -> pl.Tensor[[16, 16], pl.FP32]:
        tile = pl.load(oi, [0, 0], [16, 16])
        if is_last:
            dst = pl.store(tile, [0, 0], dst)
        else:
            dst = pl.store(pl.full([16, 16], pl.FP32, 0.0), [0, 0], dst)
        return dst

    @pl.function(type=pl.FunctionType.Orchestration)
    def orchestrator(
        self,
        oi: pl.Tensor[[16, 16], pl.FP32],
        dst: pl.Tensor[[16, 16], pl.FP32],
        config: pl.Tensor[[2], pl.INT64],
    ) -> pl.Tensor[[16, 16], pl.FP32]:
        is_last: pl.Scalar[pl.INT64] = pl.tensor.read(config, [1])
        return self.online_update(oi, dst, is_last)
#                                          ^^^^^^^ error[E0209]: argument `is_last` of `online_update` is INT64, its parameter BOOL
