import ptodsl.language as pl


@pl.program
class Program:
    @pl.function
    def double(self, a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        t = pl.load(a, [0, 0], [16, 64])
        return pl.store(t + t, [0, 0], c)

    @pl.function(type=pl.FunctionType.Orchestration)
    def main(self, a: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
        empty = pl.create_tensor([0, 64], pl.FP32)
#               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0213]: `create_tensor`: a tensor of shape [0, 64]
        rows = pl.reshape(empty, [16, 64])
        rows = pl.view(rows, [16, 64], [0, 0])
        scale = pl.read(rows, [0, 0])
        pl.write(pl.slice(empty, [16, 64], [0, 0]), [0, 0], scale)
        self.double(empty, rows)
        unknown = pl.create_tensor(16, pl.FP32)
#                                  ^^ error[E0111]: `shape` of `pl.create_tensor` must be a list of ints, this is `16`
        unknown = pl.reshape(unknown, [16, 64])
        return self.double(a, unknown)
