import ptodsl.language as pl


@pl.program
class Program:
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        return self.main(a)
#              ^^^^^^^^^^^^ error[E0113]: functions call each other in a circle: main → main
