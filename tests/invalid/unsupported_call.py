import ptodsl.language as pl


def helper(tile: pl.Tile[[16, 64], pl.FP32]) -> pl.Tile[[16, 64], pl.FP32]:
    return tile


@pl.function
def kernel(a: pl.Tensor[[16, 64], pl.FP32], c: pl.Tensor[[16, 64], pl.FP32]) -> pl.Tensor[[16, 64], pl.FP32]:
    t = pl.load(a, [0, 0], [16, 64])
    t = helper(t)
#       ^^^^^^^^^ error[E0103]: a call of the Python function `helper` cannot be compiled
    return pl.store(t, [0, 0], c)


kernel.ir
