import ptodsl.language as pl

M, N = 16, 64


@pl.program
class Add:
    @pl.function(type=pl.FunctionType.InCore)
    def add(
        self, a: pl.Tensor[[M, N], pl.FP32], b: pl.Tensor[[M, N], pl.FP16], c: pl.Tensor[[M, N], pl.FP32]
    ) -> pl.Tensor[[M, N], pl.FP32]:
        ta = pl.load(a, [0, 0], [M, N])
        tb = pl.load(b, [0, 0], [M, N])
        return pl.store(ta + tb, [0, 0], c)
#                       ^^^^^^^ error[E0201]: dtypes differ in `add`

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, a: pl.Tensor[[M, N], pl.FP32], b: pl.Tensor[[M, N], pl.FP16]
    ) -> pl.Tensor[[M, N], pl.FP32]:
        return self.add(a, b)
