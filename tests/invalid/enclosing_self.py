import ptodsl.language as pl


class Case:
    rows = 16

    def program(self):
        @pl.program
        class Program:
            @pl.function
            def kernel(self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
                return pl.store(pl.load(a, [0, 0], [self.rows, 64]), [0, 0], c)
#                                                   ^^^^^^^^^ error[E0114]: the program `Program` has no `rows`


Case().program()
