import ptodsl
import ptodsl.language as pl


@pl.program
class Elements:
    @pl.function(type=pl.FunctionType.Orchestration)
    def main(
        self, table: pl.Tensor[[4, 8], pl.INT32], scale: pl.Tensor[[1], pl.FP32], n: pl.Scalar[pl.INT64]
    ) -> pl.Tensor[[4, 8], pl.INT32]:
        count = pl.read(table, [0])
#               ^^^^^^^^^^^^^^^^^^^ error[E0213]: `read`: a tensor of rank 2 has 2 indices, this gives 1
        table = pl.write(table, [4, 0], 70000)
        #       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0213]: `write`: the index 4 is outside of dim 0 of [4, 8]
        pl.write(table, [0, n], n)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0201]: dtypes differ in `write`
        pl.write(table, [0, n], 1.5)
        #                       ^^^ error[E0206]: the literal 1.5 does not fit INT32
        pl.write(table, [pl.read(scale, [0]), n], 1)
#       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error[E0204]: `write` does not take FP32
        pl.write(n, [0], 1)
        #        ^ error[E0205]: `pl.write` needs a tensor as `tensor`, this is a scalar INT64
        table[0, 1] = 3
#       ^^^^^^^^^^^ error[E0103]: assignment to a subscript cannot be compiled
        return table


ptodsl.emit(Elements)
