import ptodsl.language as pl


@pl.program
class Program:
    @pl.function
    def double(
        self,
        a: pl.Tensor[[16, 64], pl.FP32],
        c: pl.Tensor[[16, 64], pl.FP32],
        d: pl.Tensor[[16, 64], pl.FP32],
    ) -> pl.Tensor[[16, 64], pl.FP32]:
        d = pl.store(pl.load(a, [0, 0], [16, 64]), [0, 0], d)
        return pl.store(pl.load(a, [0, 0], [16, 64]) * 2.0, [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        c = self.double(a)
#           ^^^^^^^^^^^^^^ error[E0304]: `double` does not return its output `d`, and no buffer is passed for it: what it stores is lost
        return c
